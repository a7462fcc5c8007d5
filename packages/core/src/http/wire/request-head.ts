import type { AnswerBody } from '../../outcome/exchange.js';

/** A request before it is sent, as a channel shows it. */
export interface RequestHead {
  readonly method: string;
  readonly origin: string;
  /** The channels that show it. */
  readonly over: 'http1' | 'http2';
  /**
   * Whether a text stands in a header, most likely the one that is named. Asked only where the call has a key and the
   * method needs one.
   */
  carries(key: string, header: string | undefined): boolean;
  /** One header's value, by its name in lower case. Asked only where a cache wants to know it. */
  header(name: string): string | undefined;
}

/** Holds the headers of an answer. They are read when they are asked for, which for most answers is never. */
export interface HeadersHolder {
  readonly headers: unknown;
  /** The end of the body, as far as that is known. */
  readonly body?: AnswerBody | undefined;
}

/** A request, as the channels tell of its end. */
export interface FollowedRequest {
  answer(status: number, answered: HeadersHolder): void;
  finish(): void;
  fail(failure: unknown, unconnected?: boolean): void;
}
