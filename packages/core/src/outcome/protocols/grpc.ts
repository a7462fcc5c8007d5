import type { Outcome, OutcomeKind } from '../outcome.js';
import { grpcPushback } from './grpc-pushback.js';
import { natureIn } from '../request-nature.js';
import { grpcRefusal } from './grpc-status-details.js';
import { httpOutcome } from './http-status.js';
import type { Protocol } from './protocol.js';

/** The meaning of the status codes. Source: grpc/grpc `doc/statuscodes.md`; AIP-194 for what may be repeated. */
const KIND_BY_CODE: Readonly<Record<number, OutcomeKind>> = {
  1: 'cancelled',
  2: 'unknown',
  3: 'permanent',
  4: 'unknown',
  5: 'permanent',
  6: 'permanent',
  7: 'unauthorized',
  8: 'throttled',
  9: 'permanent',
  10: 'transient',
  11: 'permanent',
  12: 'permanent',
  13: 'unknown',
  14: 'unknown',
  15: 'unknown',
  16: 'unauthorized',
};
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;
const UNAVAILABLE = 14;
/**
 * Details of grpc-js for what was certainly not sent, or not begun (RFC 9113 §8.7): there was no connection, the stream
 * could not be opened, or it was refused.
 */
const NOT_SENT =
  /^(No connection established|Name resolution failed|Failed to start HTTP\/2 stream|Stream refused by server|Channel closed before call started)/;
/** Details for the answer of a proxy that knows no gRPC. */
const PROXY_STATUS = /^Received HTTP status code (\d{3})/;
/** Details for a message that was not sent because of what it is, and for an answer that cannot be taken. */
const WRONG_REQUEST = /^(Attempted to send message with a size larger than|Request message serialization failure)/;
const WRONG_ANSWER =
  /^((Sent|Received) message larger than max|Received message that decompresses to a size larger than|Response message parsing error)/;
/** Details for a stream that was reset in the middle: the code alone would say that nothing was done. */
const CALMED = /^Bandwidth exhausted or memory limit exceeded/;

const NO_WORD = { retryDelayMs: undefined, namesQuota: false };

interface GrpcError {
  readonly code: number;
  readonly details: string;
  readonly metadata: unknown;
}

/**
 * The errors of `@grpc/grpc-js` and of what is built on it: a status number, its text, and trailing metadata, in which
 * the server may say when to try again (`RetryInfo`, and the pushback of gRFC A6). All calls are POSTs, so one that may
 * have been done is not repeated without a key.
 */
export const grpc: Protocol = {
  ofError: (error, wallNow) => {
    const status = statusIn(error);
    if (status === undefined) return undefined;
    const { kind, ...said } = { ...outcomeOf(status, wallNow), ...wordOn(status, error) };
    // A server that names the time of another attempt has not done what it was asked.
    const invites = status.code === UNAVAILABLE && kind === 'unknown' && said.retryAfterMs !== undefined;
    return { kind: invites ? 'transient' : kind, ...said, repeatable: natureIn(error)?.repeatable ?? false };
  },
};

/** The meaning of a status, of those that are not known as well: what was sent may have been done. */
function outcomeOf({ code, details }: GrpcError, wallNow: number): Outcome {
  const kind = Object.hasOwn(KIND_BY_CODE, code) ? KIND_BY_CODE[code]! : 'unknown';
  if (WRONG_REQUEST.test(details)) return { kind: 'invalid' };
  if (WRONG_ANSWER.test(details)) return { kind: 'contract' };
  const proxied = PROXY_STATUS.exec(details);
  if (proxied !== null) return httpOutcome({ status: Number(proxied[1]) }, wallNow);
  if (isLocal(code) && NOT_SENT.test(details)) return { kind: 'not-sent' };
  return { kind: code === RESOURCE_EXHAUSTED && CALMED.test(details) ? 'unknown' : kind };
}

/** Whether grpc-js itself raises this status for what it could not send. */
function isLocal(code: number): boolean {
  return code === UNAVAILABLE || code === INTERNAL;
}

/** When to come back, as the server says in the trailers. A spent quota without a time is none that is soon whole. */
function wordOn({ code, metadata }: GrpcError, error: object): Partial<Outcome> {
  const { retryDelayMs, namesQuota } =
    code === RESOURCE_EXHAUSTED || code === UNAVAILABLE ? grpcRefusal(metadata) : NO_WORD;
  return {
    ...(retryDelayMs !== undefined && { retryAfterMs: retryDelayMs }),
    ...(namesQuota && retryDelayMs === undefined && { pushback: 'never' as const }),
    ...grpcPushback(error),
  };
}

/** A gRPC status by its shape: a number alone may be anything. Connect puts its text into `rawMessage`. */
function statusIn(error: object): GrpcError | undefined {
  const { code, details, metadata, rawMessage } = error as Readonly<Record<string, unknown>>;
  if (typeof code !== 'number') return undefined;
  const text = typeof details === 'string' ? details : rawMessage;
  return typeof text === 'string' ? { code, details: text, metadata } : undefined;
}
