import type { Outcome, OutcomeKind } from '../outcome.js';
import { grpcPushback } from './grpc-pushback.js';
import { grpcRetryDelayMs } from './grpc-retry-info.js';
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
  14: 'transient',
  15: 'unknown',
  16: 'unauthorized',
};
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
/**
 * Details of grpc-js where no connection was made, where one was lost, and for the answer of a proxy that knows no
 * gRPC.
 */
const NO_CONNECTION = /^(No connection established|Name resolution failed)/;
const LOST_CONNECTION = /^(Connection dropped|Stream (removed|refused)|read E|write E|RST_STREAM)/;
const PROXY_STATUS = /^Received HTTP status code (\d{3})/;
const TOO_LARGE = /^(Received|Sent) message larger than max/;

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
    const outcome = outcomeOf(status, wallNow);
    if (outcome === undefined) return undefined;
    const delayMs = status.code === RESOURCE_EXHAUSTED ? grpcRetryDelayMs(status.metadata) : undefined;
    return {
      ...outcome,
      ...(delayMs !== undefined && { retryAfterMs: delayMs }),
      ...grpcPushback(error),
      repeatable: false,
    };
  },
};

function outcomeOf({ code, details }: GrpcError, wallNow: number): Outcome | undefined {
  const kind = KIND_BY_CODE[code];
  if (kind === undefined) return undefined;
  if (TOO_LARGE.test(details)) return { kind: details.startsWith('Sent') ? 'invalid' : 'contract' };
  const proxied = PROXY_STATUS.exec(details);
  if (proxied !== null) return httpOutcome({ status: Number(proxied[1]) }, wallNow);
  if (code !== UNAVAILABLE) return { kind };
  if (NO_CONNECTION.test(details)) return { kind: 'not-sent' };
  return { kind: LOST_CONNECTION.test(details) ? 'unknown' : kind };
}

/** A gRPC status by its shape: a number alone may be anything. Connect puts its text into `rawMessage`. */
function statusIn(error: object): GrpcError | undefined {
  const { code, details, metadata, rawMessage } = error as Readonly<Record<string, unknown>>;
  if (typeof code !== 'number') return undefined;
  const text = typeof details === 'string' ? details : rawMessage;
  return typeof text === 'string' ? { code, details: text, metadata } : undefined;
}
