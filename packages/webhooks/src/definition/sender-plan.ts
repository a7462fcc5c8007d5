import type { Rejection } from '../contract/verification.js';
import { parseDuration } from '../encoding/parse-duration.js';
import type { TimestampUnit } from '../encoding/parse-timestamp.js';
import { checkOutline, checkSender } from './check-sender.js';
import { HeaderNames } from './header-names.js';
import { mismatchOf } from './mismatch.js';
import { planIdentity, type IdentityPlan } from './identity-plan.js';
import { parsePayloadTemplate, tokensOf, type PayloadPart, type PayloadTemplate } from './payload-template.js';
import { lazyPlace, planPlace, type PlacePlan } from './place.js';
import { schemesOf, type Scheme } from './scheme.js';
import type { PayloadPlan } from './signed-bytes.js';
import type { Sender, SignaturePlace } from './sender.js';

/** A sender made ready for use: every header a slot, every path an array, every token a part. */
export interface SenderPlan {
  readonly sender: Sender;
  readonly schemes: readonly Scheme[];
  readonly headers: HeaderNames;
  readonly required: readonly { readonly slot: number; readonly value: string }[];
  readonly signature: SignaturePlan;
  // Always present, so that all plans have one shape: property access is a tenth of the cost of verifying.
  readonly timestamp: TimestampPlan | undefined;
  readonly id: IdPlan | undefined;
  /** Code verifies in place of the payload and the signature below. */
  readonly verifiedByCode: boolean;
  readonly payload: PayloadPlan;
  /** The payload without the texts that differ for each attempt. */
  readonly lastingPayload: PayloadPlan;
  /** The signature covers the body, or a hash of it. */
  readonly coversBody: boolean;
  /** `'if-covered'` where each signature says for itself whether it covers the URL. */
  readonly needsUrl: boolean | 'if-covered';
  /** The refusal where no secret matches. */
  readonly mismatch: Rejection;
  readonly identity: IdentityPlan;
  readonly agree: readonly PlacePlan[];
  readonly never: { readonly place: PlacePlan; readonly pattern: RegExp } | undefined;
  readonly eventType: readonly PlacePlan[];
  readonly documentField: string | undefined;
}

/** Facts that a sender states whose code verifies; those of other senders follow from the payload. */
export interface CodeTraits {
  /** The signature covers all of the body that matters to a handler. */
  readonly signsBody?: boolean;
  readonly signsId?: boolean;
  /** `true` where it always covers the URL, `'if-covered'` where the signature itself says so. */
  readonly signsUrl?: boolean | 'if-covered';
  /** Headers that `verify` reads, besides those that the data names. */
  readonly headers?: readonly string[];
  readonly verify?: unknown;
}

export interface SignaturePlan extends Pick<SignaturePlace, 'prefix' | 'list'> {
  readonly slots: readonly number[];
  /** Where the signature stands, unless that is in headers. */
  readonly place: PlacePlan | undefined;
}

export interface TimestampPlan extends PlacePlan {
  /** Label and assign sign of its entry in the signature's list: `'t='`. */
  readonly mark: string | undefined;
  /** Its number in a list without labels. */
  readonly position: number | undefined;
  readonly unit: TimestampUnit;
  readonly toleranceMs: number;
  /** It stands inside the signed body, which is parsed only once the signature holds. */
  readonly afterSignature: boolean;
  readonly optional: boolean;
}

export interface IdPlan extends PlacePlan {
  readonly signed: boolean;
  /** It is itself a token of the payload, so that verifying needs it. */
  readonly inPayload: boolean;
  /** It stands in the body, and is read only when it is asked for. */
  readonly onDemand: boolean;
}

const MOST_NUMBERED = 16;
const DEFAULT_TOLERANCE = '5m';

const plans = new WeakMap<Sender, SenderPlan>();

/** The plan of a definition, made when first asked for. Throws where the definition contradicts itself. */
export function senderPlan(sender: Sender): SenderPlan {
  let plan = plans.get(sender);
  if (plan === undefined) {
    plan = makePlan(sender);
    plans.set(sender, plan);
  }
  return plan;
}

function makePlan(sender: Sender): SenderPlan {
  checkOutline(sender);
  const schemes = schemesOf(sender);
  const family = schemes[0]?.family;
  const code = codeTraits(sender);
  const template =
    code?.verify !== undefined
      ? { head: [], body: code.signsBody ?? false, tail: [] }
      : parsePayloadTemplate(family === 'comparison' ? '' : (sender.payload ?? '{body}'), sender.name);
  if (code?.verify === undefined || sender.jwt !== undefined) checkSender(sender, template, family);

  const headers = new HeaderNames(sender.name);
  const tokens = tokensOf(template);
  const uses = (kind: PayloadPart['kind']): boolean => tokens.some((part) => part.kind === kind);
  const coversBody = template.body || uses('body-hash') || uses('sorted-form');
  const timestamp = planTimestamp(sender, headers, coversBody && !uses('timestamp'));
  const id = planId(sender, headers, { coversBody, inPayload: code?.signsId ?? uses('id') });
  for (const name of code?.headers ?? []) headers.slot(name);
  return {
    sender,
    schemes,
    headers,
    required: Object.entries(sender.require ?? {}).map(([name, value]) => ({ slot: headers.slot(name), value })),
    signature: planSignature(sender, headers),
    timestamp,
    id,
    verifiedByCode: code?.verify !== undefined,
    payload: withSlots(template, sender, headers),
    lastingPayload: lasting(template),
    coversBody,
    needsUrl: code?.signsUrl ?? (uses('url') || uses('url-decoded')),
    mismatch: mismatchOf(sender, family ?? 'mac', code?.signsUrl === true || uses('url') || uses('url-decoded')),
    identity: planIdentity(sender.identity, id, sender.id),
    agree: (sender.agree ?? []).map((place) => lazyPlace(place)),
    never: sender.never && { place: lazyPlace(sender.never), pattern: new RegExp(sender.never.matching) },
    eventType: [sender.eventType ?? []].flat().map((place) => lazyPlace(place)),
    documentField: sender.document?.form,
  };
}

/** The traits of a token follow from its claims, those of a sender with code from that. */
function codeTraits(sender: Sender & { readonly code?: CodeTraits }): CodeTraits | undefined {
  if (sender.code !== undefined || sender.jwt === undefined) return sender.code;
  const { body, url, detached } = sender.jwt;
  return {
    signsBody: body !== undefined || detached === true,
    signsId: sender.id?.claim !== undefined,
    signsUrl: url?.optional === true ? 'if-covered' : url !== undefined,
    verify: true,
  };
}

function planSignature(sender: Sender, headers: HeaderNames): SignaturePlan {
  const { header, headers: several, numbered, prefix, list, ...place } = sender.signature;
  const names = several ?? (header === undefined ? [] : [header]);
  const series = numbered === undefined ? [] : Array.from({ length: MOST_NUMBERED }, (_, i) => `${numbered}${i + 1}`);
  const slots = [...names, ...series].map((name) => headers.slot(name));
  return { prefix, list, slots, place: slots.length === 0 ? lazyPlace(place) : undefined };
}

function planTimestamp(sender: Sender, headers: HeaderNames, onlyInBody: boolean): TimestampPlan | undefined {
  const rule = sender.timestamp;
  if (rule === undefined) return undefined;
  const { entry } = rule;
  return {
    ...planPlace(rule, headers),
    unit: rule.unit,
    toleranceMs: parseDuration(rule.tolerance ?? DEFAULT_TOLERANCE, `Sender "${sender.name}": "timestamp.tolerance"`),
    afterSignature: (rule.json !== undefined || rule.form !== undefined) && onlyInBody,
    optional: rule.optional ?? false,
    mark: typeof entry === 'string' ? entry + (sender.signature.list?.assign ?? '') : undefined,
    position: typeof entry === 'number' ? entry : undefined,
  };
}

function planId(
  { id }: Sender,
  headers: HeaderNames,
  { coversBody, inPayload }: { readonly coversBody: boolean; readonly inPayload: boolean },
): IdPlan | undefined {
  if (id === undefined) return undefined;
  const inBody = id.json !== undefined || id.form !== undefined;
  return {
    ...planPlace(id, headers),
    signed: inPayload || (inBody && coversBody),
    inPayload,
    onDemand: inBody && !inPayload,
  };
}

/** Adds the payload's own headers to the slots; they are looked up by name when the payload is put together. */
function withSlots(template: PayloadTemplate, { signedHeaders }: Sender, headers: HeaderNames): PayloadPlan {
  for (const part of tokensOf(template)) if (part.kind === 'header' || part.kind === 'nonce') headers.slot(part.name);
  if (signedHeaders?.header !== undefined) headers.slot(signedHeaders.header);
  return { ...template, ascii: [...template.head, ...template.tail].every(isAscii) };
}

/** The time and a nonce differ for each attempt, and so may the headers that a request lists. */
const OF_THE_ATTEMPT = new Set<PayloadPart['kind']>(['timestamp', 'nonce', 'signed-headers']);

function lasting({ head, body, tail }: PayloadTemplate): PayloadPlan {
  const kept = (parts: readonly PayloadPart[]): readonly PayloadPart[] =>
    parts
      .filter(({ kind }) => !OF_THE_ATTEMPT.has(kind))
      .map((part) => (part.kind === 'optional' ? { ...part, parts: kept(part.parts) } : part));
  return { head: kept(head), body, tail: kept(tail), ascii: false };
}

function isAscii(part: PayloadPart): boolean {
  if (part.kind === 'text') return /^[\x20-\x7e]*$/.test(part.text);
  return part.kind === 'timestamp' || part.kind === 'id' || part.kind === 'body-hash';
}
