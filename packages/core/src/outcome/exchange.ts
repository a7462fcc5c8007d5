/** One request that went over the wire while a call was at work, and what came back. */
export interface Exchange {
  /** In upper case. */
  readonly method: string;
  /** Scheme, host and port, as `URL.origin` spells them. */
  readonly origin: string;
  /** Whether the call's own idempotency key stood in a header of the request. */
  readonly carriesKey: boolean;
  /** The client's word on whether it may be repeated, where its method does not say so: a GraphQL query is a POST. */
  readonly repeatable?: boolean | undefined;
  /** Whether it may have reached the provider: `false` where no connection was made. */
  readonly sent: boolean;
  readonly status?: number | undefined;
  readonly headers?: unknown;
  /** Whether all of the answer's body has come, or its connection was lost before; `undefined` otherwise. */
  readonly body?: AnswerBody | undefined;
  /** The error of Node for a request that got no answer. */
  readonly failure?: unknown;
}

/** The end that the body of an answer has come to. */
export type AnswerBody = 'whole' | 'broken';

/** A protocol above HTTP in which an answer says by its content what became of the request. */
export type AnswerProtocol = 'graphql';

/** The knowledge of the engine about an attempt, beside the result that it ended with. */
export interface Circumstances {
  /** Whether the call, or one around it, was aborted. */
  readonly aborted: boolean;
  /** The key that the provider knows the operation by, where the call has one. */
  readonly idempotencyKey: string | undefined;
  /** Whether an earlier attempt at the operation may have taken effect. */
  readonly earlierInDoubt: boolean;
  /** Whether the call sent anything, to any host, as far as it is known. */
  readonly hasSent: boolean;
  /** Whether its latest request was to be made under a signal that had aborted before, so that it was not. */
  readonly abortedBefore?: boolean | undefined;
  /** The protocol in which the answers of the operation are to be read, where its user has named one. */
  readonly protocol?: AnswerProtocol | undefined;
  /** The last request to a host of the provider. */
  readonly lastExchange: Exchange | undefined;
  /** Where none is known: one that was made meanwhile, and that all others which failed meanwhile agree with. */
  readonly likelyExchange?: Exchange | undefined;
}

/** The circumstances of a result of which nothing else is known. */
export const NO_CIRCUMSTANCES: Circumstances = Object.freeze({
  aborted: false,
  idempotencyKey: undefined,
  earlierInDoubt: false,
  hasSent: false,
  lastExchange: undefined,
});
