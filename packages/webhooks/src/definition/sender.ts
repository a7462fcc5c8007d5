import type { Handshake } from '../contract/handshake.js';
import type { TimestampUnit } from '../encoding/parse-timestamp.js';
import type { Algorithm, KeyEncoding, KeyFormat } from './algorithm.js';
import type { FetchedKey } from './fetched-key.js';
import type { DeliveryIdentity } from './identity.js';
import type { JwtRule } from './jwt-rule.js';
import type { Place } from './place.js';

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
   * Tokens: `{body}`, `{body:sha256:hex}` (its hash; also sha1, sha512, md5, base64, base64url), `{timestamp}`, `{id}`,
   * `{method}`, `{url}`, `{url-decoded}` (HubSpot's twelve escapes), `{path}`, `{path-query}`, `{json:path.in.body}`,
   * `{form:name}`, `{query:name}`, `{query:name:lower}`, `{header:name}`, `{nonce:name}` (a header that differs for
   * each attempt), `{entry:label}` (of the signature's list), `{sorted-form}` (names and values of the form in order),
   * `{signed-headers}`. Everything else is literal, and `[id:{query:id};]` is left out where its token is absent.
   */
  readonly payload?: string;
  /** For `{signed-headers}`: where the request lists the headers that it covers, and how they are written. */
  readonly signedHeaders?: SignedHeaders;
  readonly jwt?: JwtRule;
  readonly timestamp?: TimestampRule;
  /** Where the delivery's id is. Whether the signature covers it follows from `payload`. */
  readonly id?: IdPlace;
  /** The rule by which two requests are one delivery. Default: `id`, where there is one. */
  readonly identity?: DeliveryIdentity;
  /** Where the event's name is, such as `'charge.succeeded'`. The first place that is present counts. */
  readonly eventType?: Place | readonly Place[];
  /** The form field that holds the JSON, for senders that post it inside a form. */
  readonly document?: { readonly form: string };
  /** Headers that must have exactly this value. */
  readonly require?: Readonly<Record<string, string>>;
  /** Places that must not contradict each other: a signed one, and one that the signature leaves out. */
  readonly agree?: readonly Place[];
  /**
   * A text that no delivery consists of, as a regular expression, because a handshake has such texts signed on request.
   */
  readonly never?: Place & { readonly matching: string };
  /** Further schemes whose signatures stand in the same list; a secret's prefix picks the scheme. */
  readonly also?: readonly AlternativeScheme[];
  readonly fetchedKey?: FetchedKey;
  /** The body is signed as transferred, before its content-encoding is undone. */
  readonly signsCompressed?: boolean;
  readonly handshake?: Handshake;
  /** The text of a response that the sender takes for success, where the status alone does not do. */
  readonly acknowledgement?: string;
  /** The mistake to look for first where no secret matches. */
  readonly hint?: string;
}

/** A header or a form field, the body or the query; in a token, a claim. */
export interface IdPlace extends Place {
  readonly claim?: string;
}

/** Where the signatures are (exactly one place; `json` and `form` may stand together) and how each is written. */
export interface SignaturePlace extends Place {
  /** Several headers, any of which may match. */
  readonly headers?: readonly string[];
  /** Prefix of the headers `<prefix>1` to `<prefix>16`. */
  readonly numbered?: string;
  /** Default: `'hex'`, in either case. Base64 is padded and canonical, `'base64url'` padded or not. */
  readonly encoding?: 'hex' | 'base64' | 'base64url';
  /** Stands before the one signature: `'sha256='`. */
  readonly prefix?: string | undefined;
  /** The place holds a list, such as `t=1,v1=abc,v1=def`. */
  readonly list?: SignatureList | undefined;
}

/**
 * A list with labels has `assign` and `label`; pairs whose first half does not matter have `assign`; others neither.
 */
export interface SignatureList {
  /** Between entries: `','`; blanks around it are ignored. */
  readonly separator: string;
  /** Between label and value: `'='`. */
  readonly assign?: string;
  /** Label of the signatures; entries with other labels are ignored. */
  readonly label?: string;
}

/** Where the time of sending is, its unit, and how far it may be off. */
export interface TimestampRule extends Place {
  /** Label of an entry in the signature's list: `'t'`. In a list without labels: its number, from 0. */
  readonly entry?: string | number;
  /** A claim of the token, in seconds. */
  readonly claim?: string;
  /** `s` and `ms` are plain decimal digits since 1970; `s|ms` takes either, told apart by their number. */
  readonly unit: TimestampUnit;
  /** Largest distance from now, past and future alike: `'5m'`, or milliseconds. Default: `'5m'`. */
  readonly tolerance?: string | number;
  /** A delivery may be without one. Only for `json` in a signed body, which a stranger cannot have cut out. */
  readonly optional?: boolean;
}

/** The request lists covered headers in a header or in an entry of the signature. */
export interface SignedHeaders {
  readonly header?: string;
  readonly entry?: string;
  /** Between the names: `','`. */
  readonly separator: string;
  /** How each is written: `'{name}:{value}'`. Names are lower-case. */
  readonly format: string;
  /** Between them: `';'`. */
  readonly join: string;
  /** Names that the list must have, such as the one of a time that nothing else covers. */
  readonly include?: readonly string[];
}

/** Another way in which the sender signs, told by the prefix of its secrets. */
export interface AlternativeScheme {
  readonly algorithm: Algorithm;
  readonly key: KeyFormat;
  /** Label of this scheme's signatures in the list. */
  readonly label: string;
}
