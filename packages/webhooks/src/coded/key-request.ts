import type { JsonWebKey } from 'node:crypto';

/** Key material that a request refers to. A URL has passed the sender's allow-list. */
export type KeyRequest =
  | {
      readonly ok: true;
      readonly kind: 'url';
      /** Where the certificate, the PEM or the key set (JWKS) is. Fetch it without following redirects. */
      readonly url: string;
      /** The key of the set that the request names: fetch the set anew where a kept one lacks it. */
      readonly kid?: string;
    }
  | {
      readonly ok: true;
      readonly kind: 'kid';
      /** The key's id, to be looked up with the sender. The caller chooses this text: bound what you cache by it. */
      readonly kid: string;
    };

/** Fetches what a request refers to: a PEM certificate, a PEM public key, a JWK or a JWKS, for `VerifyOptions.keys`. */
export type KeyFetcher = (request: KeyRequest) => Promise<string | JsonWebKey>;
