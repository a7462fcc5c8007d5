import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Store } from '../../store/store.js';
import type { Clock } from '../../time/clock.js';
import type { OAuth2Settings } from './oauth2.options.js';
import type { AccessToken, OAuth2Client, TokenAnswer } from './request-token.js';

export interface SharedTokensParts {
  readonly provider: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A request for a token that hosts make one after the other. */
export interface SharedRequest {
  readonly settings: OAuth2Settings;
  readonly client: OAuth2Client;
  /** The token that is to be replaced. */
  readonly standing: string | undefined;
  request(): Promise<TokenAnswer>;
}

/** How long one host may take to come by a token before another tries, in milliseconds. */
const TURN_MS = 15_000;
/** How long a host waits before it looks whether another has come by one. */
const LOOK_EVERY_MS = 100;
/** A token that ends sooner is no use to another host. */
const LEAST_LEFT_MS = 5000;
/** How long a token is kept that does not say when it ends. */
const UNKNOWN_LIFETIME_MS = 3_600_000;

/**
 * Tokens that hosts share through a store: one of them asks the token endpoint, the others take what it has come by. In
 * the store a token is encrypted (AES-256-GCM) under a key that is derived from the client's secret (HKDF, RFC 5869):
 * who can read the store but not the secret cannot use it. A store that is down costs the sharing, not the token.
 */
export class SharedTokens {
  constructor(private readonly parts: SharedTokensParts) {}

  async obtain(wanted: SharedRequest): Promise<TokenAnswer> {
    const { clock, random, store } = this.parts;
    const sealed = new SealedToken(this.parts.provider, wanted);
    try {
      for (const deadline = clock.now() + TURN_MS; clock.now() < deadline;) {
        const found = sealed.open(await store.get(sealed.key));
        if (found !== undefined && found.value !== wanted.standing) return { token: found };
        const turn = await store.put(`${sealed.key}:turn`, '', { ttlMs: TURN_MS, if: 'absent' });
        if ('written' in turn) return await this.take(wanted, sealed, turn.written.version);
        await clock.sleep(LOOK_EVERY_MS * (0.5 + random()));
      }
    } catch {
      // The store has said so to those who listen.
    }
    return wanted.request();
  }

  /** It is this host's turn. */
  private async take(wanted: SharedRequest, sealed: SealedToken, version: string): Promise<TokenAnswer> {
    const { store } = this.parts;
    const answer = await wanted.request();
    try {
      if ('token' in answer) {
        const ttlMs = answer.token.lifetimeMs ?? UNKNOWN_LIFETIME_MS;
        await store.put(sealed.key, sealed.seal(answer.token), { ttlMs, if: 'always' });
      }
      await store.delete(`${sealed.key}:turn`, { version });
    } catch {
      // The token is there all the same.
    }
    return answer;
  }
}

/** A token as it stands in a store. */
class SealedToken {
  readonly key: string;
  private readonly secretKey: Buffer;

  constructor(provider: string, { settings, client }: SharedRequest) {
    const { tokenUrl, scope, parameters } = settings;
    const asked = JSON.stringify([tokenUrl, client.id, scope, parameters]);
    const of = createHash('sha256').update(asked).digest('hex');
    const derived = (use: string, bytes: number) =>
      Buffer.from(hkdfSync('sha256', client.secret, 'breakwater.oauth2', `${use} ${of}`, bytes));
    // The name tells nothing of the client, and is another one for another client, scope or secret.
    this.key = `oauth2:${provider}:${derived('name', 16).toString('base64url')}`;
    this.secretKey = derived('key', 32);
  }

  seal({ value, lifetimeMs }: AccessToken): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.secretKey, nonce).setAAD(Buffer.from(this.key));
    const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    return JSON.stringify({ sealed, ...(lifetimeMs !== undefined && { lifetimeMs }) });
  }

  /** The token and what is left of it; `undefined` where there is none that can be used. */
  open(entry: { readonly value: string; readonly ageMs: number } | undefined): AccessToken | undefined {
    if (entry === undefined) return undefined;
    try {
      const { sealed, lifetimeMs } = JSON.parse(entry.value) as { sealed: string; lifetimeMs?: number };
      const leftMs = lifetimeMs === undefined ? undefined : lifetimeMs - entry.ageMs;
      if (leftMs !== undefined && leftMs < LEAST_LEFT_MS) return undefined;
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.secretKey, bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(this.key)).setAuthTag(bytes.subarray(12, 28));
      const value = decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
      return { value, lifetimeMs: leftMs };
    } catch {
      return undefined;
    }
  }
}
