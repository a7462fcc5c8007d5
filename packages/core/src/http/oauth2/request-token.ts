import { withTimeLimit } from '../../store/with-time-limit.js';
import type { Clock } from '../../time/clock.js';
import type { OAuth2Settings } from './oauth2.options.js';
import type { TokenFailure } from './token-unavailable.error.js';

/** The client's credential as it is now. */
export interface OAuth2Client {
  readonly id: string;
  readonly secret: string;
}

/** A token, and for how long it holds. */
export interface AccessToken {
  readonly value: string;
  /** `undefined` where the server does not say: then until it is refused. */
  readonly lifetimeMs: number | undefined;
}

export type TokenAnswer = { readonly token: AccessToken } | { readonly failure: TokenFailure };

export interface TokenRequestParts {
  readonly clock: Clock;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const WITHIN_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/** Asks a token endpoint (RFC 6749 §4.4.2). Never rejects, and says nothing of the credential or of a token. */
export async function requestToken(
  settings: OAuth2Settings,
  client: OAuth2Client,
  { clock, fetch }: TokenRequestParts,
): Promise<TokenAnswer> {
  const abort = new AbortController();
  const onTimeout = () => {
    abort.abort();
    return new Error('late');
  };
  const exchange = async (): Promise<TokenAnswer> => {
    const response = await fetch(settings.tokenUrl, { ...requestOf(settings, client), signal: abort.signal });
    return readAnswer(response.status, await boundedText(response));
  };
  try {
    return await withTimeLimit(exchange(), { clock, timeoutMs: WITHIN_MS, onTimeout });
  } catch (error) {
    const reason = abort.signal.aborted ? `no answer within ${WITHIN_MS} ms` : `cannot be reached (${codeOf(error)})`;
    return { failure: { reason: `the token endpoint: ${reason}`, isTransient: true } };
  }
}

function requestOf(settings: OAuth2Settings, { id, secret }: OAuth2Client): RequestInit {
  const { scope, parameters, clientAuthentication } = settings;
  const inBody = clientAuthentication === 'body';
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...parameters,
    ...(inBody && { client_id: id, client_secret: secret }),
  });
  const pair = `${formEncoded(id)}:${formEncoded(secret)}`;
  return {
    method: 'POST',
    // The credential goes to the endpoint that was named, and nowhere else.
    redirect: 'manual',
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(!inBody && { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
    },
    body: body.toString(),
  };
}

/** RFC 6749 §2.3.1 has both parts encoded as forms are (appendix B). */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readAnswer(status: number, text: string): TokenAnswer {
  const answer = parsed(text);
  if (status !== 200) {
    const { error } = answer;
    const word = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined;
    const reason = `the token endpoint answered ${status}${word === undefined ? '' : `, ${word}`}`;
    return { failure: { status, word, reason, isTransient: status >= 500 || status === 429 || status === 408 } };
  }
  const { access_token: value, token_type: type, expires_in: seconds } = answer;
  if (typeof value !== 'string' || !/^[\x20-\x7e]+$/.test(value)) return broken('without a token');
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') return broken('with a token that is no bearer');
  // Some servers write the number as text.
  const lifetimeMs = Number(seconds ?? Number.NaN) * 1000;
  return { token: { value, lifetimeMs: lifetimeMs > 0 ? lifetimeMs : undefined } };
}

function broken(how: string): TokenAnswer {
  return { failure: { status: 200, reason: `the token endpoint answered ${how}`, isTransient: false } };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    // The parser's message quotes the answer.
    return {};
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    read += chunk.length;
    if (read > MOST_BYTES) throw Object.assign(new Error('too large'), { code: 'TOO_LARGE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf(error: unknown): string {
  const { cause, code } = Object(error) as { cause?: { code?: unknown }; code?: unknown };
  const known = [cause?.code, code].find((each) => typeof each === 'string');
  return known === undefined ? 'network error' : String(known);
}
