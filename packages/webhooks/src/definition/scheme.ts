import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import type { Algorithm, KeyEncoding, KeyFormat, Sender } from './sender.js';

/** One algorithm of a sender, with all that is needed to read its keys and to recognise its signatures. */
export interface Scheme {
  readonly algorithm: Algorithm;
  readonly family: 'mac' | 'public-key' | 'comparison';
  readonly key: KeyFormat;
  /** Smallest and largest size of a signature in bytes; equal where it is fixed. */
  readonly sizes: readonly [number, number];
  /** The same in characters. */
  readonly lengths: readonly [number, number];
  /** How its signatures are written. */
  readonly encoding: 'hex' | 'base64';
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

const ALGORITHMS: Readonly<Record<Algorithm, Traits>> = {
  'hmac-sha1': { family: 'mac', sizes: [20, 20], keys: SYMMETRIC },
  'hmac-sha256': { family: 'mac', sizes: [32, 32], keys: SYMMETRIC },
  'hmac-sha512': { family: 'mac', sizes: [64, 64], keys: SYMMETRIC },
  'sha256-prefix': { family: 'mac', sizes: [32, 32], keys: SYMMETRIC },
  ed25519: { family: 'public-key', sizes: [64, 64], keys: ['spki', 'hex', 'base64'] },
  'ecdsa-p256-sha256': { family: 'public-key', sizes: [8, 72], keys: ['spki'] },
  'rsa-sha256': { family: 'public-key', sizes: [128, 1024], keys: ['spki'] },
  'rsa-pss-sha512': { family: 'public-key', sizes: [128, 1024], keys: ['spki'] },
  token: { family: 'comparison', sizes: [1, 8192], keys: ['utf8'] },
  basic: { family: 'comparison', sizes: [1, 8192], keys: ['utf8'] },
};

/** The schemes of a sender: its own first, then those it has besides. */
export function schemesOf(sender: Sender): readonly Scheme[] {
  const list = sender.signature.list;
  const own = makeScheme(sender, sender.algorithm, sender.key, list ? list.label + list.assign : '');
  const others = (sender.also ?? []).map((also) => {
    if (!list || !also.label || !also.key.prefix) {
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
  if (!traits) {
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
  const characters = (bytes: number): number => (encoding === 'hex' ? bytes * 2 : Math.ceil(bytes / 3) * 4);
  const [least, most] = traits.sizes;
  return {
    algorithm,
    family: traits.family,
    key: format,
    sizes: traits.sizes,
    lengths: [characters(least), characters(most)],
    encoding,
    mark,
    scratch: [],
  };
}
