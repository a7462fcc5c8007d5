import { checkOutline, checkSender } from './check-sender.js';
import { HeaderNames } from './header-names.js';
import { parseDuration } from '../encoding/parse-duration.js';
import { parsePayloadTemplate, type PayloadPart, type PayloadTemplate } from './payload-template.js';
import { schemesOf, type Scheme } from './scheme.js';
import type { SenderCode } from '../coded/sender-code.js';
import type { Sender, SignaturePlace, TimestampRule } from './sender.js';

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
  readonly code: SenderCode | undefined;
  readonly payload: PayloadPlan;
  /** The body must be parsed before it can be verified. */
  readonly needsJson: boolean;
  /** `'if-covered'` where each signature says for itself what it covers. */
  readonly needsUrl: boolean | 'if-covered';
}

export interface SignaturePlan extends Pick<SignaturePlace, 'prefix' | 'list'> {
  readonly slots: readonly number[];
  readonly path?: readonly string[] | undefined;
}

interface Place {
  readonly slot: number | undefined;
  readonly path: readonly string[] | undefined;
}

export interface TimestampPlan extends Place {
  /** Label and assign sign of its entry in the signature's list: `'t='`. */
  readonly mark: string | undefined;
  readonly unit: TimestampRule['unit'];
  readonly toleranceMs: number;
  /** It stands inside the signed body, which is parsed only once the signature holds. */
  readonly afterSignature: boolean;
  readonly optional: boolean;
}

export interface IdPlan extends Place {
  readonly signed: boolean;
  /** It is itself a token of the payload, so that verifying needs it. */
  readonly inPayload: boolean;
  /** It stands in the body, and is read only for those who ask. */
  readonly onDemand: boolean;
}

export interface PayloadPlan {
  readonly head: readonly PayloadPart[];
  readonly body: boolean;
  readonly tail: readonly PayloadPart[];
  /** All that stands around the body is ASCII: literals, checked timestamps and ids. */
  readonly ascii: boolean;
}

const MOST_NUMBERED = 16;
const DEFAULT_TOLERANCE = '5m';

const plans = new WeakMap<Sender, SenderPlan>();

/** The plan of a definition, made when first asked for. Throws where the definition contradicts itself. */
export function senderPlan(sender: Sender): SenderPlan {
  let plan = plans.get(sender);
  if (!plan) {
    plan = makePlan(sender);
    plans.set(sender, plan);
  }
  return plan;
}

function makePlan(sender: Sender): SenderPlan {
  checkOutline(sender);
  const schemes = schemesOf(sender);
  const comparison = schemes[0]?.family === 'comparison';
  const { code } = sender;
  const template = code?.verify
    ? { head: [], body: code.signsBody ?? false, tail: [] }
    : parsePayloadTemplate(comparison ? '' : (sender.payload ?? '{body}'), sender.name);
  if (!code?.verify) checkSender(sender, template, comparison);

  const headers = new HeaderNames(sender.name);
  const names = (kind: PayloadPart['kind']): boolean =>
    [...template.head, ...template.tail].some((part) => part.kind === kind);
  const timestamp = planTimestamp(sender, headers, template.body && !names('timestamp'));
  const id = planId(sender, headers, template.body, code?.signsId ?? names('id'));
  for (const name of code?.headers ?? []) headers.slot(name);
  return {
    sender,
    schemes,
    headers,
    required: Object.entries(sender.require ?? {}).map(([name, value]) => ({ slot: headers.slot(name), value })),
    signature: planSignature(sender, headers),
    timestamp,
    id,
    code,
    payload: withSlots(template, headers),
    needsJson:
      sender.signature.json !== undefined ||
      names('json') ||
      (id?.path !== undefined && id.inPayload) ||
      (timestamp?.path !== undefined && !timestamp.afterSignature),
    needsUrl: code?.signsUrl ?? (names('url') || names('url-decoded')),
  };
}

function planSignature(sender: Sender, headers: HeaderNames): SignaturePlan {
  const { header, headers: several, numbered, json, prefix, list } = sender.signature;
  const names = several ?? (header !== undefined ? [header] : []);
  const series = numbered === undefined ? [] : Array.from({ length: MOST_NUMBERED }, (_, i) => `${numbered}${i + 1}`);
  const slots = [...names, ...series].map((name) => headers.slot(name));
  return { prefix, list, slots, path: json?.split('.') };
}

function planTimestamp(sender: Sender, headers: HeaderNames, onlyInBody: boolean): TimestampPlan | undefined {
  const rule = sender.timestamp;
  if (!rule) return undefined;
  const common = {
    unit: rule.unit,
    toleranceMs: parseDuration(rule.tolerance ?? DEFAULT_TOLERANCE, `Sender "${sender.name}": "timestamp.tolerance"`),
    afterSignature: rule.json !== undefined && onlyInBody,
    optional: rule.optional ?? false,
  };
  const { json, entry, header } = rule;
  return {
    ...common,
    path: json?.split('.'),
    mark: entry === undefined ? undefined : entry + (sender.signature.list?.assign ?? ''),
    slot: json === undefined && entry === undefined ? headers.slot(header ?? '') : undefined,
  };
}

function planId(sender: Sender, headers: HeaderNames, bodySigned: boolean, inPayload: boolean): IdPlan | undefined {
  const id = sender.id;
  if (!id) return undefined;
  if ('json' in id)
    return {
      slot: undefined,
      path: id.json.split('.'),
      signed: bodySigned || inPayload,
      inPayload,
      onDemand: !inPayload,
    };
  return { slot: headers.slot(id.header), path: undefined, signed: inPayload, inPayload, onDemand: false };
}

/** Adds the payload's own headers to the slots; they are looked up by name when the payload is put together. */
function withSlots(template: PayloadTemplate, headers: HeaderNames): PayloadPlan {
  const parts = [...template.head, ...template.tail];
  for (const part of parts) if (part.kind === 'header') headers.slot(part.name);
  return { ...template, ascii: parts.every(isAscii) };
}

function isAscii(part: PayloadPart): boolean {
  return part.kind === 'text' ? /^[\x20-\x7e]*$/.test(part.text) : part.kind === 'timestamp' || part.kind === 'id';
}
