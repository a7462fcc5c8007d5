import { types } from 'node:util';
import { codeOf } from './coded/code-of.js';
import { Accepted, AcceptedWithBodyId, AcceptedWithId } from './request/accepted.js';
import { Delivery, isId } from './request/delivery.js';
import { Freshness, type FreshnessOptions } from './request/freshness.js';
import { planOf } from './registry/plan-of.js';
import { keysOf, type KeyText, type Secrets } from './prepare-secrets.js';
import { plainRequest } from './request/plain-request.js';
import { readSignatures } from './request/read-signatures.js';
import type { Candidate } from './definition/scheme.js';
import { isValidAt, type SecretKey } from './keys/secret-key.js';
import type { Sender } from './definition/sender.js';
import type { SenderPlan } from './definition/sender-plan.js';
import { signedBytes, type SignedBytes } from './definition/signed-bytes.js';
import { reject, type Verification } from './contract/verification.js';
import { WebhookConfigurationError } from './contract/webhook-configuration-error.js';
import type { WebhookRequest } from './contract/webhook-request.js';

/** Options that replace the sender's own rule, or say what a request does not tell by itself. */
export interface VerifyOptions extends FreshnessOptions {
  /** The public URL that the sender calls, for senders that sign it. Default: `request.url`, which must be absolute. */
  readonly url?: string;
  /**
   * Keys that the caller has fetched (see `keyRequest`): certificates and public keys as PEM, JWKs as objects or text.
   * Tried after the secrets, and counted on from them in `secretIndex`; they may be all there is.
   */
  readonly keys?: readonly KeyText[];
}

/**
 * Tells whether a request comes from the sender. The answer to every request is a value, never an exception.
 *
 * Throws a `WebhookConfigurationError` only for faults on our side: an unknown sender, an unusable secret or option,
 * a body that is not the raw bytes.
 */
export function verifyWebhook(
  sender: string | Sender,
  request: WebhookRequest,
  secrets: Secrets,
  options: VerifyOptions = {},
): Verification {
  const plan = planOf(sender);
  const keys = keysOf(plan, secrets, options.keys);
  const freshness = new Freshness(options);
  const known = options.url ?? (plan.needsUrl === false ? undefined : request.url);
  const url = plan.needsUrl === true ? absoluteUrl(plan, known) : known;
  checkBody(plan, request.body);
  const plain = plainRequest(request);
  const headers = plan.headers.read(plain.headers);
  if (!Array.isArray(headers)) return headers;
  const delivery = new Delivery(plan, plain, headers, url);
  return plan.verifiedByCode ? examineByCode(delivery, keys, freshness) : examine(delivery, keys, freshness);
}

/** For senders that data cannot describe. */
function examineByCode(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): Verification {
  const found = codeOf(delivery.plan)?.verify?.(delivery, keys, freshness);
  if (found === undefined) return delivery.plan.mismatch;
  if ('reason' in found) return found;
  delivery.signed = found.signed;
  delivery.lasting = found.lasting;
  delivery.sentAtMs = found.sentAtMs;
  if (found.id === undefined || !isId(found.id)) return new Accepted(delivery, found.secretIndex);
  delivery.id = found.id;
  return new AcceptedWithId(delivery, found.secretIndex);
}

/** The cheap checks first, then the signature, then what only the signature makes worth reading. */
function examine(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): Verification {
  const { plan, request } = delivery;
  const unmet = delivery.checkRequired();
  if (unmet !== undefined) return unmet;
  const signatures = readSignatures(plan, delivery);
  if ('reason' in signatures) return signatures;

  const rule = plan.timestamp;
  if (rule !== undefined && !rule.afterSignature) {
    const listed = rule.mark !== undefined || rule.position !== undefined;
    delivery.timestamp = listed ? signatures.timestamp : delivery.at(rule);
    const checked = freshness.check(rule, delivery.timestamp);
    if (typeof checked === 'object') return checked;
    delivery.sentAtMs = checked;
  }
  const noId = delivery.takeId();
  if (noId !== undefined) return noId;

  const signed = signedBytes(plan.payload, request.body, delivery);
  if (signed === undefined) return reject('malformed', 'the request lacks a part of what the sender signs');
  delivery.signed = signed;
  const secretIndex = indexOfMatch(keys, signatures.candidates, { signed, freshness });
  if (secretIndex < 0) return plan.mismatch;

  const checksContent = plan.agree.length > 0 || plan.never !== undefined;
  const unfit = checksContent ? delivery.checkContent() : undefined;
  if (unfit !== undefined) return unfit;

  if (rule?.afterSignature === true) {
    const text = delivery.at(rule);
    const checked = text === undefined && rule.optional ? undefined : freshness.check(rule, text);
    if (typeof checked === 'object') return checked;
    delivery.sentAtMs = checked;
  }
  if (plan.id?.onDemand === true) return new AcceptedWithBodyId(delivery, secretIndex);
  return delivery.id === undefined ? new Accepted(delivery, secretIndex) : new AcceptedWithId(delivery, secretIndex);
}

function indexOfMatch(
  keys: readonly SecretKey[],
  candidates: readonly Candidate[],
  { signed, freshness }: { readonly signed: SignedBytes; readonly freshness: Freshness },
): number {
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as SecretKey;
    if (key.material !== undefined && !isValidAt(key.material, freshness.nowMs)) continue;
    if (key.matches(candidates, signed)) return index;
  }
  return -1;
}

function checkBody(plan: SenderPlan, body: unknown): void {
  if (types.isUint8Array(body)) return;
  const found = body === undefined ? 'missing' : `of type ${body === null ? 'null' : typeof body}`;
  throw new WebhookConfigurationError(
    `The body of the webhook is ${found}, but its signature covers the raw bytes: ` +
      'pass them as a Buffer or Uint8Array, as they were before any parser saw them.',
    plan.sender.name,
  );
}

function absoluteUrl(plan: SenderPlan, url: string | undefined): string {
  if (url !== undefined && /^https?:\/\//i.test(url)) return url;
  throw new WebhookConfigurationError(
    `The sender "${plan.sender.name}" signs the URL that it calls: configure "url" with the absolute address, ` +
      'as it was given to the sender.',
    plan.sender.name,
  );
}
