import type { HashEncoding } from './algorithm.js';

/**
 * The claims of a sender's token that speak of the request. The token stands where `signature` says. `exp` and `nbf`
 * are respected wherever they stand in a token.
 */
export interface JwtRule {
  /** The claim that holds the hash of the body. Without one the token vouches for no body. */
  readonly body?: HashClaim;
  /** The claim that holds the URL, or the hash of it. */
  readonly url?: UrlClaim;
  /** Claims that must have this value, or contain it where the claim is a list: `{ iss: 'netlify' }`. */
  readonly require?: Readonly<Record<string, string>>;
  /** The body itself is the payload, which the token leaves out (RFC 7515 appendix F, RFC 7797). */
  readonly detached?: boolean;
}

export interface UrlClaim {
  readonly claim: string;
  /** The claim holds this hash of the URL. Default: the URL itself. */
  readonly hash?: 'sha256';
  /** Default: `'hex'`. */
  readonly encoding?: HashEncoding;
  /** Compared only where the URL is configured. */
  readonly optional?: boolean;
}

export interface HashClaim {
  readonly claim: string;
  /** Default: `'sha256'`. */
  readonly hash?: 'sha256' | 'sha512';
  /** Default: `'hex'`. */
  readonly encoding?: HashEncoding;
  /** Deliveries with an empty body may lack it. */
  readonly optionalWhenEmpty?: boolean;
}
