import type { EmitOf } from '../../events/event-hub.js';
import type { EngineEvents } from '../../events/engine-events.js';
import type { Store } from '../../store/store.js';
import type { Clock } from '../../time/clock.js';
import type { Credential } from '../provider-http.js';
import type { OAuth2Settings } from './oauth2.options.js';
import { requestToken, type AccessToken, type OAuth2Client, type TokenAnswer } from './request-token.js';
import type { TokenSource } from './token-source.js';
import { SharedTokens } from './shared-tokens.js';
import { TokenUnavailableError, type TokenFailure } from './token-unavailable.error.js';

export interface ClientCredentialsParts {
  readonly provider: string;
  readonly clock: Clock;
  readonly store: Store;
  readonly random: () => number;
  readonly emit: EmitOf<EngineEvents>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

interface HeldToken {
  readonly header: string;
  readonly value: string;
  /** By the monotonic clock. */
  readonly refreshAt: number;
  readonly endsAt: number;
}

/** The share of a token's life after which the next one is asked for, in the background, at the latest. */
const REFRESH_AT = 0.8;
/** How much sooner some hosts do so, so that not all of them ask at once. */
const JITTER = 0.1;
/** The share of its life, and the longest time, before its end in which a token is used no more. */
const UNUSED_SHARE = 0.05;
const UNUSED_MS = 10_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** Refusals bring a new token, but not more often than this, in milliseconds. */
const RENEW_EVERY_MS = 5000;

/**
 * The access token of one provider (RFC 6749 §4.4): one request for all that wait for it, the next one asked for before
 * it ends while the standing one is in use, and another one, once, when it is refused.
 */
export class ClientCredentials {
  #token: HeldToken | undefined;
  private of: OAuth2Settings | undefined;
  private underWay: Promise<void> | undefined;
  private failures = 0;
  private failure: TokenFailure | undefined;
  private retryAt = -Infinity;
  private renewedAt = -Infinity;

  constructor(private readonly parts: ClientCredentialsParts) {}

  /** Resolves once there is a token; `undefined` where there is one. Rejects with a `TokenUnavailableError`. */
  ready(source: TokenSource): Promise<void> | undefined {
    if (this.of !== source.settings) this.begin(source.settings);
    const token = this.#token;
    const now = this.parts.clock.now();
    if (token === undefined || now >= token.endsAt) return this.obtain(source, now);
    // The standing one is in use meanwhile.
    if (now >= token.refreshAt && this.underWay === undefined && now >= this.retryAt)
      this.obtain(source, now).catch(() => undefined);
    return undefined;
  }

  /** The header with the token. To be asked once it is `ready`. */
  credential(): Credential {
    if (this.#token === undefined) throw this.error();
    return { name: 'Authorization', value: this.#token.header, renewable: true };
  }

  /** Has a token replaced that was refused. Whether there is another now. */
  async renew(source: TokenSource, used: string): Promise<boolean> {
    const hasAnother = () => this.#token !== undefined && this.#token.header !== used;
    const now = this.parts.clock.now();
    if (!hasAnother()) {
      try {
        if (now - this.renewedAt >= RENEW_EVERY_MS) {
          this.renewedAt = now;
          await this.obtain(source, now);
        } else await this.underWay;
      } catch {
        return false;
      }
    }
    return hasAnother();
  }

  private begin(settings: OAuth2Settings): void {
    this.of = settings;
    this.#token = this.underWay = this.failure = undefined;
    this.failures = 0;
    this.retryAt = this.renewedAt = -Infinity;
  }

  private obtain(source: TokenSource, now: number): Promise<void> {
    if (this.underWay !== undefined) return this.underWay;
    // A token endpoint that refuses is not asked by every request.
    if (now < this.retryAt) return Promise.reject(this.error());
    const { clock } = this.parts;
    const asked: Promise<void> = clock
      .runForAll(() => this.ask(source))
      .finally(() => {
        if (this.underWay === asked) this.underWay = undefined;
      });
    return (this.underWay = asked);
  }

  private async ask(source: TokenSource): Promise<void> {
    const answer = await this.answerFor(source);
    if (this.of !== source.settings) return;
    const { clock, emit } = this.parts;
    const now = clock.now();
    if ('token' in answer) {
      this.keep(answer.token, now);
      this.failures = 0;
      this.failure = undefined;
      this.retryAt = -Infinity;
      emit('token.refreshed', { lifetimeMs: answer.token.lifetimeMs ?? null });
      return;
    }
    this.failure = answer.failure;
    this.retryAt = now + Math.min(FIRST_RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS);
    const leftMs = Math.max(0, (this.#token?.endsAt ?? now) - now);
    emit('token.unavailable', { reason: answer.failure.reason, leftMs: Number.isFinite(leftMs) ? leftMs : null });
    throw this.error();
  }

  /** The answer; asked for once more where the client's credential is refused and has another value now. */
  private async answerFor(source: TokenSource): Promise<TokenAnswer> {
    const used = source.client();
    const answer = await this.answer(source, used);
    if ('token' in answer || answer.failure.isTransient || source.renewClient === undefined) return answer;
    return (await source.renewClient(used)) ? this.answer(source, source.client()) : answer;
  }

  private answer({ settings }: TokenSource, client: OAuth2Client): Promise<TokenAnswer> {
    const { clock, fetch, store, provider, random } = this.parts;
    const request = () => requestToken(settings, client, { clock, fetch });
    // A store of this process alone has nothing that is not held here.
    if (store.shared !== true) return request();
    const shared = new SharedTokens({ provider, store, clock, random });
    return shared.obtain({ settings, client, standing: this.#token?.value, request });
  }

  private keep({ value, lifetimeMs = Infinity }: AccessToken, now: number): void {
    const unusedMs = Math.min(UNUSED_MS, lifetimeMs * UNUSED_SHARE);
    this.#token = {
      header: `Bearer ${value}`,
      value,
      refreshAt: now + lifetimeMs * REFRESH_AT * (1 - JITTER * this.parts.random()),
      endsAt: now + lifetimeMs - unusedMs,
    };
  }

  private error(): TokenUnavailableError {
    const failure = this.failure ?? { reason: 'none has been asked for', isTransient: true };
    const waitMs = this.retryAt - this.parts.clock.now();
    const retryAfterMs = failure.isTransient && waitMs > 0 ? waitMs : undefined;
    return new TokenUnavailableError(failure, { provider: this.parts.provider, retryAfterMs });
  }
}
