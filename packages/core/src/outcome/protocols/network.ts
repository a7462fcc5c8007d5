import type { OutcomeKind } from '../outcome.js';

/** The codes of Node, undici, axios and got for a request that got no answer. */
const KIND_BY_CODE: Readonly<Record<string, OutcomeKind>> = {
  ECONNREFUSED: 'not-sent',
  ENOTFOUND: 'not-sent',
  EAI_AGAIN: 'not-sent',
  EHOSTUNREACH: 'not-sent',
  EHOSTDOWN: 'not-sent',
  ENETUNREACH: 'not-sent',
  ENETDOWN: 'not-sent',
  EADDRNOTAVAIL: 'not-sent',
  UND_ERR_CONNECT_TIMEOUT: 'not-sent',
  UND_ERR_CLOSED: 'not-sent',
  UND_ERR_BPL_MISSING_UPSTREAM: 'not-sent',
  ERR_HTTP2_INVALID_SESSION: 'not-sent',
  ECONNRESET: 'unknown',
  ECONNABORTED: 'unknown',
  ETIMEDOUT: 'unknown',
  EPIPE: 'unknown',
  ERR_STREAM_PREMATURE_CLOSE: 'unknown',
  ERR_HTTP2_STREAM_ERROR: 'unknown',
  ERR_HTTP2_SESSION_ERROR: 'unknown',
  ERR_HTTP2_GOAWAY_SESSION: 'unknown',
  UND_ERR_SOCKET: 'unknown',
  UND_ERR_DESTROYED: 'unknown',
  UND_ERR_HEADERS_TIMEOUT: 'unknown',
  UND_ERR_BODY_TIMEOUT: 'unknown',
  ERR_BAD_RESPONSE: 'unknown',
  ERR_CANCELED: 'cancelled',
  ABORT_ERR: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
  ERR_FR_TOO_MANY_REDIRECTS: 'contract',
  UND_ERR_HEADERS_OVERFLOW: 'contract',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'contract',
  EPROTO: 'contract',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'contract',
  SELF_SIGNED_CERT_IN_CHAIN: 'contract',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'contract',
  UNABLE_TO_GET_ISSUER_CERT: 'contract',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'contract',
  HOSTNAME_MISMATCH: 'contract',
  ERR_INVALID_URL: 'invalid',
  ERR_INVALID_PROTOCOL: 'invalid',
  ERR_INVALID_ARG_TYPE: 'invalid',
  ERR_INVALID_ARG_VALUE: 'invalid',
  ERR_INVALID_CHAR: 'invalid',
  ERR_INVALID_HTTP_TOKEN: 'invalid',
  ERR_HTTP_INVALID_HEADER_VALUE: 'invalid',
  ERR_UNESCAPED_CHARACTERS: 'invalid',
  ERR_BAD_OPTION: 'invalid',
  ERR_BAD_OPTION_VALUE: 'invalid',
  ERR_SOCKET_BAD_PORT: 'invalid',
  ERR_UNSUPPORTED_PROTOCOL: 'invalid',
  UND_ERR_INVALID_ARG: 'invalid',
  UND_ERR_NOT_SUPPORTED: 'invalid',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'invalid',
};
/** Families of codes: of Node's HTTP parser, of certificates and of TLS. */
const CONTRACT_CODES = /^(HPE_|CERT_|ERR_TLS_|ERR_SSL_)/;
/** Errors that have no code of their own: of `fetch`, of undici's parser, and the time limits of clients. */
const KIND_BY_NAME: Readonly<Record<string, OutcomeKind>> = {
  AbortError: 'cancelled',
  HTTPParserError: 'contract',
  TimeoutError: 'unknown',
};
/** The message of axios for an answer that is larger than allowed, under the code of any broken answer. */
const AXIOS_TOO_LARGE = 'maxContentLength';
/** Stages of a request at which got's time limits cut it off before anything was sent. */
const BEFORE_SENDING = new Set(['lookup', 'connect', 'secureConnect']);

/**
 * The outcome of a request without an answer, by the code or the name of an error of Node, undici, axios or got;
 * `undefined` where neither is known.
 */
export function networkKind(error: object): OutcomeKind | undefined {
  const { code, name, message } = error as Readonly<Record<string, unknown>>;
  if (code === 'ERR_BAD_RESPONSE' && typeof message === 'string' && message.startsWith(AXIOS_TOO_LARGE))
    return 'contract';
  const byCode = typeof code === 'string' ? kindOfCode(code) : undefined;
  return byCode ?? (typeof name === 'string' && Object.hasOwn(KIND_BY_NAME, name) ? KIND_BY_NAME[name] : undefined);
}

/** Whether the connection was still being made. One that was reset or timed out then carried no request. */
export function isConnecting(error: object): boolean {
  const { code, syscall, event } = error as Readonly<Record<string, unknown>>;
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  return code === 'ETIMEDOUT' && typeof event === 'string' && BEFORE_SENDING.has(event);
}

function kindOfCode(code: string): OutcomeKind | undefined {
  if (Object.hasOwn(KIND_BY_CODE, code)) return KIND_BY_CODE[code];
  return CONTRACT_CODES.test(code) ? 'contract' : undefined;
}
