import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import type { Algorithm, HashEncoding, KeyEncoding, KeyFormat } from './algorithm.js';
import type { Sender } from './sender.js';

/** A shared secret, a public key, a secret that is compared, or a token of its own kind. */
export type Family = 'mac' | 'public-key' | 'comparison' | 'token';

/** One algorithm of a sender, with everything that is needed to read its keys and to recognise its signatures. */
export interface Scheme {
  readonly algorithm: Algorithm;
  readonly family: Family;
  readonly key: KeyFormat;
  /** Smallest and largest size of a signature in bytes; equal where it is fixed. */
  readonly sizes: readonly [number, number];
  /** The same in characters. */
  readonly lengths: readonly [number, number];
  /** How its signatures are written. */
  readonly encoding: HashEncoding;
  /** Label and assign sign of its entries in a list: `'v1='`; empty outside lists. */
  readonly mark: string;
  /**
   * Where signatures of a fixed size are decoded to, by their number in the request. The next request uses them again:
   * verifying never waits in between, and new buffers would be a tenth of its cost.
   */
  readonly scratch: Candidate[];
}

/** A signature of the right shape, decoded. For comparisons: the hash of what was sent. */
export interface Candidate {
  readonly scheme: Scheme;
  readonly bytes: Buffer;
}

type Traits = Pick<Scheme, 'family' | 'sizes'> & { readonly keys: readonly KeyEncoding[] };

const SYMMETRIC: readonly KeyEncoding[] = ['utf8', 'hex', 'base64'];
const mac = (bytes: number): Traits => ({ family: 'mac', sizes: [bytes, bytes], keys: SYMMETRIC });
const RSA: Traits = { family: 'public-key', sizes: [128, 1024], keys: ['spki'] };
const ECDSA: Traits = { family: 'public-key', sizes: [8, 72], keys: ['spki'] };
const COMPARISON: Traits = { family: 'comparison', sizes: [1, 8192], keys: ['utf8'] };
const sharedToken = (bytes: number): Traits => ({ family: 'token', sizes: [bytes, bytes], keys: SYMMETRIC });
const publicToken = (least: number, most: number): Traits => ({
  family: 'token',
  sizes: [least, most],
  keys: ['spki'],
});

const ALGORITHMS: Readonly<Record<Algorithm, Traits>> = {
  'hmac-sha1': mac(20),
  'hmac-sha256': mac(32),
  'hmac-sha384': mac(48),
  'hmac-sha512': mac(64),
  'hmac-md5': mac(16),
  'sha256-prefix': mac(32),
  ed25519: { family: 'public-key', sizes: [64, 64], keys: ['spki', 'hex', 'base64'] },
  'ecdsa-p256-sha1': ECDSA,
  'ecdsa-p256-sha256': ECDSA,
  'rsa-sha1': RSA,
  'rsa-sha256': RSA,
  'rsa-sha512': RSA,
  'rsa-pss-sha512': RSA,
  token: COMPARISON,
  basic: COMPARISON,
  'jwt-hs256': sharedToken(32),
  'jwt-hs384': sharedToken(48),
  'jwt-hs512': sharedToken(64),
  'jwt-rs256': publicToken(256, 1024),
  'jwt-es256': publicToken(64, 64),
  'jwt-eddsa': publicToken(64, 64),
};

/** The schemes of a sender: its own first, then those it has besides. */
export function schemesOf(sender: Sender): readonly Scheme[] {
  const list = sender.signature.list;
  const own = makeScheme(
    sender,
    sender.algorithm,
    sender.key,
    list?.label === undefined ? '' : list.label + list.assign,
  );
  const others = (sender.also ?? []).map((also) => {
    if (list?.assign === undefined || !also.label || !also.key.prefix) {
      throw new WebhookConfigurationError(
        `Sender "${sender.name}": a scheme under "also" needs "signature.list", its own "label" and a "key.prefix".`,
        sender.name,
      );
    }
    return makeScheme(sender, also.algorithm, also.key, also.label + list.assign);
  });
  return [own, ...others];
}

function makeScheme(sender: Sender, algorithm: Algorithm, key: Sender['key'], mark: string): Scheme {
  const traits = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (traits === undefined) {
    const known = Object.keys(ALGORITHMS).join(', ');
    throw new WebhookConfigurationError(
      `Sender "${sender.name}": unknown algorithm ${JSON.stringify(algorithm)}. Known are ${known}.`,
      sender.name,
    );
  }
  const format = typeof key === 'object' ? key : { encoding: key ?? traits.keys[0] ?? 'utf8' };
  if (!traits.keys.includes(format.encoding)) {
    throw new WebhookConfigurationError(
      `Sender "${sender.name}": ${algorithm} takes its key as ${traits.keys.join(' or ')}, not as ${JSON.stringify(format.encoding)}.`,
      sender.name,
    );
  }
  const encoding = sender.signature.encoding ?? 'hex';
  const [least, most] = traits.sizes;
  return {
    algorithm,
    family: traits.family,
    key: format,
    sizes: traits.sizes,
    lengths: [leastCharacters(least, encoding), mostCharacters(most, encoding)],
    encoding,
    mark,
    scratch: [],
  };
}

function leastCharacters(bytes: number, encoding: HashEncoding): number {
  return encoding === 'base64url' ? Math.ceil((bytes * 4) / 3) : mostCharacters(bytes, encoding);
}

function mostCharacters(bytes: number, encoding: HashEncoding): number {
  return encoding === 'hex' ? bytes * 2 : Math.ceil(bytes / 3) * 4;
}
