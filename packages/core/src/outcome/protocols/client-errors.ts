import type { Outcome, OutcomeKind } from '../outcome.js';
import { isRepeatable } from './rest.js';

/** What the codes of Node, undici and axios say about a request that got no answer. */
const KIND_BY_CODE: Readonly<Record<string, OutcomeKind>> = {
  ECONNREFUSED: 'not-sent',
  ENOTFOUND: 'not-sent',
  EAI_AGAIN: 'not-sent',
  EHOSTUNREACH: 'not-sent',
  EHOSTDOWN: 'not-sent',
  ENETUNREACH: 'not-sent',
  ENETDOWN: 'not-sent',
  UND_ERR_CONNECT_TIMEOUT: 'not-sent',
  ECONNRESET: 'unknown',
  ECONNABORTED: 'unknown',
  ETIMEDOUT: 'unknown',
  EPIPE: 'unknown',
  UND_ERR_SOCKET: 'unknown',
  UND_ERR_HEADERS_TIMEOUT: 'unknown',
  UND_ERR_BODY_TIMEOUT: 'unknown',
  ERR_NETWORK: 'unknown',
  ERR_BAD_RESPONSE: 'unknown',
  ERR_CANCELED: 'cancelled',
  ABORT_ERR: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
  ERR_FR_TOO_MANY_REDIRECTS: 'contract',
  EPROTO: 'contract',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'contract',
  SELF_SIGNED_CERT_IN_CHAIN: 'contract',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'contract',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'contract',
  CERT_HAS_EXPIRED: 'contract',
  ERR_TLS_CERT_ALTNAME_INVALID: 'contract',
  ERR_SSL_WRONG_VERSION_NUMBER: 'contract',
};

/** Errors that have no code of their own: of `fetch`, and of undici's parser. */
const KIND_BY_NAME: Readonly<Record<string, OutcomeKind>> = { AbortError: 'cancelled', HTTPParserError: 'contract' };

interface ErrorLike {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

/** How far the chain of causes is followed. */
const DEPTH = 5;

/**
 * What an error of axios, `fetch`, undici or Node's `http` means when there was no answer. An error that nothing is known
 * about is `unknown`: whatever it stopped may have been done.
 */
export function clientErrorOutcome(error: unknown): Outcome {
  return { kind: kindOf(error), repeatable: isRepeatable(methodOf(error)) };
}

/** The method of the request that failed, where the error carries its request (axios). */
export function methodOf(error: unknown): string | undefined {
  const method = (error as { config?: { method?: unknown } } | null | undefined)?.config?.method;
  return typeof method === 'string' ? method : undefined;
}

function kindOf(error: unknown): OutcomeKind {
  return knownKindOf(error, 0) ?? 'unknown';
}

function knownKindOf(error: unknown, from: number): OutcomeKind | undefined {
  let kind: OutcomeKind | undefined;
  let cause = error;
  for (let depth = from; depth < DEPTH && typeof cause === 'object' && cause !== null; depth++) {
    const { code, name, syscall, errors } = cause as ErrorLike;
    // A connection that was reset or timed out while it was being made carried no request.
    if (syscall === 'connect' || syscall === 'getaddrinfo') return 'not-sent';
    if (kind === undefined && typeof code === 'string')
      kind = code.startsWith('HPE_') ? 'contract' : KIND_BY_CODE[code];
    if (kind === undefined && typeof name === 'string') kind = KIND_BY_NAME[name];
    if (Array.isArray(errors) && errors.length > 0) return kindOfAll(errors, kind, depth + 1);
    ({ cause } = cause as ErrorLike);
  }
  return kind;
}

/** Of several addresses or requests, of which the whole may say something by itself: not sent is what none of them has sent. */
function kindOfAll(errors: readonly unknown[], kind: OutcomeKind | undefined, depth: number): OutcomeKind | undefined {
  if (kind !== undefined && kind !== 'not-sent') return kind;
  return errors.every((error) => knownKindOf(error, depth) === 'not-sent') ? 'not-sent' : 'unknown';
}
