import type { Clock } from '@breakwater/core';
import { withTimeLimit } from '@breakwater/core/adapter';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { VaultSettings } from './vault.options.js';

/** A request of Vault's API. */
export interface VaultRequest {
  /** Names the request in messages. Its path may hold a secret by mistake, in place of a name. */
  readonly purpose: 'reading' | 'login' | 'renewal' | 'looking at the token';
  readonly method: 'GET' | 'POST';
  /** Below `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

export interface VaultAnswer {
  readonly status: number;
  /** The JSON of the answer; an empty object where it has none. */
  readonly body: Readonly<Record<string, unknown>>;
}

const MOST_BYTES = 4 * 1024 * 1024;
/** A standby node may answer with the place of the active one. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The meaning of Vault's statuses. Source: Vault's HTTP API, "HTTP status codes" and `sys/health`. */
const MEANING: Readonly<Record<number, string>> = {
  400: 'the request is not valid: check the mount, and the role and its credentials',
  403: 'permission denied',
  412: 'the node has not caught up yet',
  429: 'too many requests, or a standby node',
  472: 'a secondary cluster for disaster recovery',
  473: 'a performance standby',
  500: 'an internal error',
  502: 'a third party of Vault failed',
  501: 'it is not initialised',
  503: 'it is sealed, or under maintenance',
};

/**
 * Asks Vault's HTTP API. This package's own: of a client it would need five requests; node-vault, the one that is kept
 * up, renews nothing, brings four packages along and prints what a login sends where `DEBUG` names it.
 */
export class VaultRequests {
  private readonly underWay = new Set<AbortController>();

  constructor(
    private readonly settings: VaultSettings,
    private readonly clock: () => Clock,
  ) {}

  /** The answer, also where it is 404. Rejects with a `SecretSourceError` for every other status that is no success. */
  async send(request: VaultRequest): Promise<VaultAnswer> {
    const { timeout: timeoutMs } = this.settings;
    const abort = new AbortController();
    this.underWay.add(abort);
    const onTimeout = () => {
      abort.abort();
      return new SecretSourceError('vault', `${request.purpose}: no answer within ${timeoutMs} ms`);
    };
    const limit = { clock: this.clock(), timeoutMs, onTimeout };
    return withTimeLimit(this.answerTo(request, abort.signal), limit).finally(() => this.underWay.delete(abort));
  }

  /** Aborts what is under way. */
  close(): void {
    for (const abort of this.underWay) abort.abort();
  }

  private async answerTo(request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer> {
    const { status, text } = await this.exchange(request, signal);
    if (status >= 400 && status !== 404)
      throw new SecretSourceError('vault', `${request.purpose}: ${status}, ${MEANING[status] ?? 'refused'}`, status);
    return { status, body: parsed(text, request) };
  }

  private async exchange(request: VaultRequest, signal: AbortSignal): Promise<{ status: number; text: string }> {
    const { address, fetch: send = globalThis.fetch } = this.settings;
    const first = new URL(`v1/${request.path}`, address.endsWith('/') ? address : `${address}/`);
    try {
      let response = await send(first.href, this.initOf(request, signal));
      const location = response.headers.get('location');
      if (REDIRECTS.has(response.status) && location !== null && URL.canParse(location, first.href)) {
        const next = new URL(location, first);
        await response.body?.cancel();
        // The token must not go on over a weaker connection.
        if (next.protocol !== first.protocol) throw new Error('redirected to another scheme');
        response = await send(next.href, this.initOf(request, signal));
      }
      return { status: response.status, text: await boundedText(response) };
    } catch (error) {
      throw new SecretSourceError('vault', `${request.purpose}: cannot be reached (${codeOf(error)})`);
    }
  }

  private initOf({ method, token, body }: VaultRequest, signal: AbortSignal): RequestInit {
    const { namespace } = this.settings;
    return {
      method,
      signal,
      redirect: 'manual',
      headers: {
        'X-Vault-Request': 'true',
        ...(token !== undefined && { 'X-Vault-Token': token }),
        ...(namespace !== undefined && { 'X-Vault-Namespace': namespace }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
  }
}

/** The code of a network error, never its message: a client may have put the request into it. */
function codeOf(error: unknown): string {
  const { cause, code, message } = error as { cause?: { code?: unknown }; code?: unknown; message?: unknown };
  const known = [cause?.code, code].find((text) => typeof text === 'string');
  if (known !== undefined) return known as string;
  return message === 'redirected to another scheme' || message === TOO_LARGE ? message : 'network error';
}

const TOO_LARGE = `more than ${MOST_BYTES} bytes`;

async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    read += chunk.length;
    if (read > MOST_BYTES) throw new Error(TOO_LARGE);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string, request: VaultRequest): VaultAnswer['body'] {
  if (text.trim() === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as VaultAnswer['body'];
  } catch {
    // The parser's message quotes the answer.
  }
  throw new SecretSourceError('vault', `${request.purpose}: the answer is no JSON object`);
}
