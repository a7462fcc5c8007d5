/**
 * How a sender signs. `sha256-prefix` is SHA-256 over secret and payload; `token` and `basic` compare the secret
 * itself; `jwt-…` is a token (RFC 7519) whose claims hold the hash of the body. RSA is PKCS #1 v1.5 except for
 * `rsa-pss-sha512`; ECDSA signatures are DER, or `r` and `s` side by side in a `jwt-es256`.
 */
export type Algorithm =
  | 'hmac-md5'
  | 'hmac-sha1'
  | 'hmac-sha256'
  | 'hmac-sha384'
  | 'hmac-sha512'
  | 'sha256-prefix'
  | 'ed25519'
  | 'ecdsa-p256-sha1'
  | 'ecdsa-p256-sha256'
  | 'rsa-sha1'
  | 'rsa-sha256'
  | 'rsa-sha512'
  | 'rsa-pss-sha512'
  | 'token'
  | 'basic'
  | 'jwt-hs256'
  | 'jwt-hs384'
  | 'jwt-hs512'
  | 'jwt-rs256'
  | 'jwt-es256'
  | 'jwt-eddsa';

/** `hex` and `base64` are the key's raw bytes; `spki` is a public key as PEM, base64 DER, JWK or JWKS. */
export type KeyEncoding = 'utf8' | 'hex' | 'base64' | 'spki';

/** How a secret is written, and made into a key. */
export interface KeyFormat {
  readonly encoding: KeyEncoding;
  /** Cut off where it stands: `'whsec_'`. The first that fits counts. */
  readonly prefix?: string | readonly string[];
  /** Marks a private key given to `signWebhook`: `'whsk_'`. */
  readonly privatePrefix?: string;
  /** The key is this hash of the secret. */
  readonly hash?: 'sha1' | 'sha256';
  /** How texts begin that are mistaken for the secret, such as an API key: `['sk_live_', 'sk_test_']`. */
  readonly mistaken?: readonly string[];
  /** Smallest and largest number of bytes that the sender's keys have. */
  readonly bytes?: readonly [number, number];
}

/** How a hash or a signature is written. */
export type HashEncoding = 'hex' | 'base64' | 'base64url';
