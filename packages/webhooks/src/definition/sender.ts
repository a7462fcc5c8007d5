import type { Handshake } from '../contract/handshake.js';
import type { SenderCode } from '../coded/sender-code.js';

/**
 * How one sender of webhooks signs its deliveries, as data.
 *
 * Only `name`, `algorithm` and `signature` are always needed; `defineSender` checks the rest against them.
 */
export interface Sender {
  /** Lower-case name used in settings and in errors, e.g. `'stripe'`. */
  readonly name: string;
  /** Other names under which the same scheme is known, e.g. `'clerk'` and `'resend'` for Svix. */
  readonly aliases?: readonly string[];
  /** The sender's own page about its signatures. */
  readonly docs?: string;
  readonly algorithm: Algorithm;
  /** How the configured secret becomes a key. Default: `'utf8'`, for public keys `'spki'`. */
  readonly key?: KeyEncoding | KeyFormat;
  readonly signature: SignaturePlace;
  /**
   * The signed bytes in order, e.g. `'v0:{timestamp}:{body}'`. Default: `'{body}'`.
   *
   * Tokens: `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`, `{url-decoded}` (HubSpot's twelve escapes),
   * `{json:path.in.body}`, `{header:name}`. Everything else is literal.
   */
  readonly payload?: string;
  readonly timestamp?: TimestampRule;
  /** Where the delivery's id is. Whether the signature covers it follows from `payload`. */
  readonly id?: { readonly header: string } | { readonly json: string };
  /** Headers that must have exactly this value. */
  readonly require?: Readonly<Record<string, string>>;
  /** Further schemes whose signatures stand in the same list; a secret's prefix picks the scheme. */
  readonly also?: readonly AlternativeScheme[];
  readonly handshake?: Handshake;
  /** What data cannot say. Only for the senders of this package, and for those that `httpSignatureSender` makes. */
  readonly code?: SenderCode;
}

/** `sha256-prefix` is SHA-256 over secret and payload; `token` and `basic` compare the header with the secret itself. */
export type Algorithm =
  | 'hmac-sha1'
  | 'hmac-sha256'
  | 'hmac-sha512'
  | 'sha256-prefix'
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'rsa-sha256'
  | 'rsa-pss-sha512'
  | 'token'
  | 'basic';

/** `hex` and `base64` are the key's raw bytes; `spki` is a public key as PEM or base64 DER. */
export type KeyEncoding = 'utf8' | 'hex' | 'base64' | 'spki';

export interface KeyFormat {
  readonly encoding: KeyEncoding;
  /** Cut off where it stands: `'whsec_'`. */
  readonly prefix?: string;
  /** Marks a private key given to `signWebhook`: `'whsk_'`. */
  readonly privatePrefix?: string;
}

/** Where the signatures are (exactly one of `header`, `headers`, `numbered`, `json`) and how each is written. */
export interface SignaturePlace {
  readonly header?: string;
  /** Several headers, any of which may match. */
  readonly headers?: readonly string[];
  /** Prefix of the headers `<prefix>1` to `<prefix>16`. */
  readonly numbered?: string;
  /** Path inside the JSON body. */
  readonly json?: string;
  /** Default: `'hex'`, in either case. Base64 is padded and canonical. */
  readonly encoding?: 'hex' | 'base64';
  /** Stands before the one signature: `'sha256='`. */
  readonly prefix?: string;
  /** The header is a list of labelled entries, such as `t=1,v1=abc,v1=def`. */
  readonly list?: SignatureList;
}

export interface SignatureList {
  /** Between entries: `','`; blanks around it are ignored. */
  readonly separator: string;
  /** Between label and value: `'='`. */
  readonly assign: string;
  /** Label of the signatures; entries with other labels are ignored. */
  readonly label: string;
}

/** Where the time of sending is (exactly one of `header`, `entry`, `json`), its unit, and how far it may be off. */
export interface TimestampRule {
  readonly header?: string;
  /** Label of an entry in the signature's list: `'t'`. */
  readonly entry?: string;
  readonly json?: string;
  /** `s` and `ms` are plain decimal digits since 1970. */
  readonly unit: 's' | 'ms' | 'rfc3339';
  /** Largest distance from now, past and future alike: `'5m'`, or milliseconds. Default: `'5m'`. */
  readonly tolerance?: string | number;
  /** A delivery may be without one. Only for `json` in a signed body, where nobody else can have cut it out. */
  readonly optional?: boolean;
}

export interface AlternativeScheme {
  readonly algorithm: Algorithm;
  readonly key: KeyFormat;
  /** Label of this scheme's signatures in the list. */
  readonly label: string;
}
