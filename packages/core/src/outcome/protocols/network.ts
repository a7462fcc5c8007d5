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
  UND_ERR_PRX_TLS: 'not-sent',
  ERR_PROXY_TUNNEL: 'not-sent',
  UND_ERR_BPL_MISSING_UPSTREAM: 'not-sent',
  ERR_HTTP2_INVALID_SESSION: 'not-sent',
  ERR_HTTP2_GOAWAY_SESSION: 'not-sent',
  ERR_HTTP2_STREAM_CANCEL: 'not-sent',
  ECONNRESET: 'unknown',
  ECONNABORTED: 'unknown',
  ETIMEDOUT: 'unknown',
  EPIPE: 'unknown',
  ERR_STREAM_PREMATURE_CLOSE: 'unknown',
  ERR_HTTP2_STREAM_ERROR: 'unknown',
  ERR_HTTP2_SESSION_ERROR: 'unknown',
  UND_ERR_SOCKET: 'unknown',
  UND_ERR_DESTROYED: 'unknown',
  UND_ERR_HEADERS_TIMEOUT: 'unknown',
  UND_ERR_BODY_TIMEOUT: 'unknown',
  ERR_BAD_RESPONSE: 'unknown',
  ERR_CANCELED: 'cancelled',
  ABORT_ERR: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
  ERR_FR_TOO_MANY_REDIRECTS: 'contract',
  ERR_TOO_MANY_REDIRECTS: 'contract',
  UND_ERR_HEADERS_OVERFLOW: 'contract',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'contract',
  EPROTO: 'contract',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'contract',
  SELF_SIGNED_CERT_IN_CHAIN: 'contract',
  HOSTNAME_MISMATCH: 'contract',
  INVALID_CA: 'contract',
  INVALID_PURPOSE: 'contract',
  PATH_LENGTH_EXCEEDED: 'contract',
  ERR_INVALID_URL: 'invalid',
  ERR_PROXY_INVALID_CONFIG: 'invalid',
  ERR_INVALID_PROTOCOL: 'invalid',
  ERR_INVALID_ARG_TYPE: 'invalid',
  ERR_INVALID_ARG_VALUE: 'invalid',
  ERR_INVALID_CHAR: 'invalid',
  ERR_INVALID_HTTP_TOKEN: 'invalid',
  ERR_HTTP_INVALID_HEADER_VALUE: 'invalid',
  ERR_UNESCAPED_CHARACTERS: 'invalid',
  ERR_BAD_REQUEST: 'invalid',
  ERR_BAD_OPTION: 'invalid',
  ERR_BAD_OPTION_VALUE: 'invalid',
  ERR_SOCKET_BAD_PORT: 'invalid',
  ERR_UNSUPPORTED_PROTOCOL: 'invalid',
  UND_ERR_INVALID_ARG: 'invalid',
  UND_ERR_NOT_SUPPORTED: 'invalid',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'invalid',
};
/**
 * Families of codes: of Node's HTTP parser, of certificates and of TLS. Source: Node, "X509 certificate error codes".
 */
const CONTRACT_CODES = /^(HPE_|CERT_|CRL_|ERROR_IN_C|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|ERR_TLS_|ERR_SSL_)/;
/** Errors that have no code of their own: of `fetch`, of undici's parser, and the time limits of clients. */
const KIND_BY_NAME: Readonly<Record<string, OutcomeKind>> = {
  AbortError: 'cancelled',
  HTTPParserError: 'contract',
  TimeoutError: 'unknown',
};
/** The message of axios for an answer that is larger than allowed, under the code of any broken answer. */
const AXIOS_TOO_LARGE = 'maxContentLength';
/**
 * Texts of Node for a connection that was lost before its TLS handshake was over, and for a stream that the server has
 * not begun to process (RFC 9113 §8.7), under codes that stand for other losses as well.
 */
const NOT_BEGUN = /^Client network socket disconnected before secure TLS|NGHTTP2_REFUSED_STREAM$/;
/** The system calls by which a host is looked up and a connection made. */
const CONNECTING = /^(connect$|getaddrinfo$|query[A-Z])/;
/** Texts of `fetch` and node-fetch, whose errors have no code, for redirects without end and for URLs of no use. */
const KIND_BY_TEXT: readonly (readonly [RegExp, OutcomeKind])[] = [
  [/^redirect count exceeded$|^maximum redirect reached/, 'contract'],
  [/^unknown scheme$|^bad port$|^URL scheme must be|URL scheme ".*" is not supported/, 'invalid'],
];
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
  if (byCode !== undefined) return byCode;
  if (typeof name === 'string' && Object.hasOwn(KIND_BY_NAME, name)) return KIND_BY_NAME[name];
  return code === undefined && typeof message === 'string' ? kindOfText(message) : undefined;
}

function kindOfText(message: string): OutcomeKind | undefined {
  return KIND_BY_TEXT.find(([text]) => text.test(message))?.[1];
}

/**
 * Whether the connection, or the stream in it, was still being made. One that was reset or timed out then carried no
 * request. Where a host has several addresses Node tries them all, and its error has one for each, and the code of the
 * first.
 */
export function isConnecting(error: object): boolean {
  const { errors } = error as { readonly errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0)
    return errors.every((each: unknown) => typeof each === 'object' && each !== null && isOfConnecting(each));
  return isOfConnecting(error);
}

function isOfConnecting(error: object): boolean {
  const { code, syscall, event, message } = error as Readonly<Record<string, unknown>>;
  if (typeof syscall === 'string' && CONNECTING.test(syscall)) return true;
  if (typeof message === 'string' && NOT_BEGUN.test(message)) return true;
  return code === 'ETIMEDOUT' && typeof event === 'string' && BEFORE_SENDING.has(event);
}

function kindOfCode(code: string): OutcomeKind | undefined {
  if (Object.hasOwn(KIND_BY_CODE, code)) return KIND_BY_CODE[code];
  return CONTRACT_CODES.test(code) ? 'contract' : undefined;
}
