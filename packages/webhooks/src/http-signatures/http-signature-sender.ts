import { contentDigest, fitsContentDigest } from './content-digest.js';
import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import {
  importHttpSignatureKey,
  makeHttpSignature,
  verifyHttpSignature,
  type HttpSignatureAlgorithm,
} from './http-signature-key.js';
import type { KeyRequest } from '../coded/key-request.js';
import { isValidAt, type SecretKey } from '../keys/secret-key.js';
import type { KeyEncoding } from '../definition/algorithm.js';
import type { Sender } from '../definition/sender.js';
import type { CodeMatch, CodeSigned, CodeToSign } from '../coded/sender-code.js';
import type { TimestampPlan } from '../definition/sender-plan.js';
import { signatureBase, type SignedMessage } from './signature-base.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { parseDictionary, type Member } from './structured-dictionary.js';
import { reject, type Rejection } from '../contract/verification.js';
import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';

/** How a sender uses HTTP message signatures. */
export interface HttpSignatureOptions {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Default: what the configured key is for. The message's own `alg` may agree with it, and never chooses it. */
  readonly algorithm?: HttpSignatureAlgorithm;
  /** How a shared secret is written. Default: `'base64'`. */
  readonly key?: Exclude<KeyEncoding, 'spki'>;
  /** The components that a signature has to cover. Default: `['@method', '@target-uri', 'content-digest']`. */
  readonly components?: readonly string[];
  /** The `tag` that a signature has to carry (RFC 9421 §2.3). */
  readonly tag?: string;
  /** Largest distance of `created` from now. Default: `'5m'`. */
  readonly tolerance?: string | number;
}

const ALGORITHMS: readonly string[] = ['hmac-sha256', 'ed25519', 'ecdsa-p256-sha256', 'rsa-pss-sha512'];
const MOST_SIGNATURES = 16;
const LONGEST_HEADER = 8192;
const NOTHING = new Uint8Array();

/** Describes a sender that signs by RFC 9421, HTTP Message Signatures. */
export function httpSignatureSender(options: HttpSignatureOptions): Sender {
  const components = options.components ?? ['@method', '@target-uri', 'content-digest'];
  for (const name of components) {
    if (/^(?:@?[a-z0-9-]+)$/.test(name)) continue;
    throw new WebhookConfigurationError(`Sender "${options.name}": ${JSON.stringify(name)} is no component to cover.`);
  }
  if (options.algorithm !== undefined && !ALGORITHMS.includes(options.algorithm)) {
    const known = ALGORITHMS.join(', ');
    throw new WebhookConfigurationError(
      `Sender "${options.name}": unknown algorithm. Known are ${known}.`,
      options.name,
    );
  }
  const scheme = new HttpSignature({ ...options, components });
  const url = components.some((name) => name.startsWith('@') && name !== '@method');
  return defineCodedSender({
    name: options.name,
    docs: 'https://www.rfc-editor.org/rfc/rfc9421',
    ...(options.aliases && { aliases: options.aliases }),
    algorithm: 'hmac-sha256',
    key: options.key ?? 'base64',
    signature: { header: 'signature', encoding: 'base64' },
    timestamp: { header: 'signature-input', unit: 's', tolerance: options.tolerance ?? '5m' },
    code: {
      signsBody: components.includes('content-digest'),
      signsUrl: url || (components.length === 0 && 'if-covered'),
      headers: ['content-digest'],
      importKey: (secret, scheme) => importHttpSignatureKey(secret, scheme, options.algorithm),
      verify: (delivery, keys, freshness) => scheme.verify(delivery, keys, freshness),
      keyRequest: (delivery) => scheme.keyRequest(delivery),
      sign: (webhook) => scheme.sign(webhook),
    },
  });
}

interface Labelled {
  readonly input: Member;
  readonly signature: Buffer;
}

class HttpSignature {
  private readonly components: readonly string[];
  private readonly tag: string | undefined;

  constructor(options: HttpSignatureOptions & { readonly components: readonly string[] }) {
    this.components = options.components;
    this.tag = options.tag;
  }

  /** Takes the first signature that satisfies everything; the first refusal tells why none does. */
  verify(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): CodeMatch | Rejection {
    const labelled = this.read(delivery);
    if ('reason' in labelled) return labelled;
    let refusal: Rejection | undefined;
    for (const each of labelled) {
      const found = this.examine(each, { delivery, keys, freshness });
      if (!('reason' in found)) return found;
      refusal ??= found;
    }
    return refusal ?? reject('missing', 'there is no signature of the kind that is asked for');
  }

  keyRequest(delivery: Delivery): KeyRequest | Rejection {
    const labelled = this.read(delivery);
    if ('reason' in labelled) return labelled;
    for (const { input } of labelled) {
      const kid = input.parameters.get('keyid');
      if (kid?.kind === 'string' && kid.value !== '') return { ok: true, kind: 'kid', kid: kid.value as string };
    }
    return reject('missing', 'no signature names its key');
  }

  private read(delivery: Delivery): readonly Labelled[] | Rejection {
    const written = delivery.header('signature');
    const described = delivery.header('signature-input');
    if (!written || !described) return reject('missing', 'there is no signature');
    if (written.length > LONGEST_HEADER || described.length > LONGEST_HEADER) {
      return reject('malformed', 'the signature is too long');
    }
    const signatures = parseDictionary(written);
    const inputs = parseDictionary(described);
    if (signatures === undefined || inputs === undefined)
      return reject('malformed', 'the signature headers are no dictionaries');
    if (inputs.size > MOST_SIGNATURES) {
      return reject('malformed', `there are more than ${MOST_SIGNATURES} signatures`);
    }
    const labelled: Labelled[] = [];
    for (const [label, input] of inputs) {
      const signature = signatures.get(label)?.bare?.value;
      if (!input.items || !Buffer.isBuffer(signature)) return reject('malformed', 'a signature lacks one of its parts');
      const tag = input.parameters.get('tag')?.value;
      if (this.tag === undefined || tag === this.tag) labelled.push({ input, signature });
    }
    return labelled;
  }

  private examine(
    { input, signature }: Labelled,
    { delivery, keys, freshness }: { delivery: Delivery; keys: readonly SecretKey[]; freshness: Freshness },
  ): CodeMatch | Rejection {
    const { items = [], parameters } = input;
    const covered = new Set(items.filter((item) => item.parameters.size === 0).map((item) => item.bare.value));
    const lacking = this.components.find((name) => !covered.has(name));
    if (lacking !== undefined) return reject('malformed', `the signature does not cover ${lacking}`);
    const sentAtMs = this.time(input, delivery, freshness);
    if (typeof sentAtMs === 'object') return sentAtMs;
    const { method, headers, body } = delivery.request;
    const base = signatureBase(items, input.text, { method, url: delivery.url, headers });
    if ('fault' in base) return reject('malformed', base.fault);
    const bodyCovered = covered.has('content-digest');
    if (bodyCovered && !fitsContentDigest(delivery.header('content-digest') ?? '', body)) {
      return reject('mismatch', 'content-digest is not that of the body');
    }
    const claimed = parameters.get('alg');
    const kid = parameters.get('keyid')?.value;
    for (const [secretIndex, { material }] of keys.entries()) {
      if (material === undefined || (claimed !== undefined && claimed.value !== material.algorithm)) continue;
      if (material.id !== undefined && kid !== undefined && material.id !== kid) continue;
      if (!isValidAt(material, freshness.nowMs) || !verifyHttpSignature(material, base.text, signature)) continue;
      return {
        secretIndex,
        signed: new SignedBytes(base.text, bodyCovered ? NOTHING : undefined, '', 'latin1'),
        sentAtMs,
      };
    }
    return reject('mismatch', 'none of the keys makes this signature');
  }

  /** `created` is asked for, since nothing else ends the life of a copy; `expires` only shortens it. */
  private time({ parameters }: Member, delivery: Delivery, freshness: Freshness): number | Rejection {
    const created = parameters.get('created');
    const expires = parameters.get('expires');
    if ((created && created.kind !== 'integer') || (expires && expires.kind !== 'integer')) {
      return reject('malformed', 'created or expires is no whole number');
    }
    if (expires && freshness.nowMs > Number(expires.value) * 1000) return reject('stale', 'the signature has expired');
    return freshness.check(delivery.plan.timestamp as TimestampPlan, created?.text);
  }

  sign(webhook: CodeToSign): CodeSigned {
    const { body, url, method } = webhook;
    const digest = { 'content-digest': contentDigest(body) };
    const headers = { ...webhook.headers, ...digest };
    const wanted = this.components.length > 0 ? this.components : this.usual(url);
    const created = Math.floor(webhook.nowMs / 1000);
    const inputs: string[] = [];
    const signatures: string[] = [];
    for (const [index, secret] of webhook.secrets.entries()) {
      const member = parseDictionary(`sig=(${wanted.map((name) => `"${name}"`).join(' ')});created=${created}`)?.get(
        'sig',
      );
      const message: SignedMessage = { method, url, headers };
      const base = member && signatureBase(member.items ?? [], this.described(member.text), message);
      if (base === undefined || 'fault' in base)
        return webhook.refuse(`cannot be signed: ${base?.fault ?? 'no component'}`);
      const signature = makeHttpSignature(secret, webhook.scheme, base.text);
      if ('fault' in signature) return webhook.refuse(`has a key that ${signature.fault}: ${signature.cure}`);
      inputs.push(`sig${index + 1}=${this.described((member as Member).text)}`);
      signatures.push(`sig${index + 1}=:${signature.toString('base64')}:`);
    }
    return { headers: { ...digest, 'signature-input': inputs.join(', '), signature: signatures.join(', ') } };
  }

  private described(text: string): string {
    return this.tag === undefined ? text : `${text};tag="${this.tag}"`;
  }

  private usual(url: string | undefined): readonly string[] {
    return ['@method', ...(url === undefined ? [] : ['@target-uri']), 'content-digest'];
  }
}
