import { decodeBase64 } from '../encoding/decode-base64.js';
import { decodeBase64Url } from '../encoding/decode-base64url.js';
import { decodeHex } from '../encoding/decode-hex.js';
import { hashOf } from '../encoding/hash-of.js';
import type { HashEncoding } from '../definition/algorithm.js';
import type { Candidate, Scheme } from '../definition/scheme.js';
import type { SenderPlan } from '../definition/sender-plan.js';
import type { SignatureList } from '../definition/sender.js';
import { reject, type Rejection } from '../contract/verification.js';

export interface Signatures {
  readonly candidates: readonly Candidate[];
  /** The timestamp's entry, where it stands in the same list. */
  readonly timestamp: string | undefined;
}

const MOST_SIGNATURES = 16;
const LONGEST_HEADER = 8192;
const BLANK = 32;

/** Finds and decodes the signatures by shape alone; nothing is computed over the body. */
export function readSignatures(plan: SenderPlan, delivery: SignatureTexts): Signatures | Rejection {
  const candidates: Candidate[] = [];
  const places = plan.signature.place === undefined ? plan.signature.slots.length : 1;
  let present = false;
  for (let place = 0; place < places; place++) {
    const text = delivery.signature(place);
    if (text === undefined || text === '') continue;
    present = true;
    if (text.length > LONGEST_HEADER) return reject('malformed', 'the signature is too long');
    if (plan.signature.list !== undefined) return readList(plan, text, plan.signature.list);
    const candidate = decodeWhole(plan, text, candidates.length);
    if (candidate !== undefined) candidates.push(candidate);
  }
  if (candidates.length > 0) return { candidates, timestamp: undefined };
  return present
    ? reject('malformed', 'the signature does not have the form that the sender writes')
    : reject('missing', 'there is no signature');
}

/** The texts of the signatures: the header slots in order, or the one place outside headers. */
export interface SignatureTexts {
  signature(index: number): string | undefined;
}

function readList(plan: SenderPlan, text: string, list: SignatureList): Signatures | Rejection {
  if (list.label === undefined) return readUnlabelled(plan, text, list);
  const { separator } = list;
  const timestampMark = plan.timestamp?.mark;
  const candidates: Candidate[] = [];
  let timestamp: string | undefined;
  let count = 0;
  for (let next = 0; next < text.length;) {
    const found = text.indexOf(separator, next);
    let end = found < 0 ? text.length : found;
    let start = next;
    next = end + separator.length;
    while (start < end && text.charCodeAt(start) === BLANK) start++;
    while (end > start && text.charCodeAt(end - 1) === BLANK) end--;
    if (timestampMark !== undefined && text.startsWith(timestampMark, start)) {
      if (timestamp !== undefined) return reject('duplicate-header', `the signature has two entries ${timestampMark}`);
      timestamp = text.slice(start + timestampMark.length, end);
      continue;
    }
    const scheme = schemeAt(plan.schemes, text, start);
    if (scheme === undefined) continue;
    if (++count > MOST_SIGNATURES) return reject('malformed', `there are more than ${MOST_SIGNATURES} signatures`);
    const candidate = decode(scheme, { text, start: start + scheme.mark.length, end }, candidates.length);
    if (candidate !== undefined) candidates.push(candidate);
  }
  return candidates.length === 0 ? noSignature() : { candidates, timestamp };
}

/** A list of signatures alone, the time at its place among them, or of pairs whose second half is the signature. */
function readUnlabelled(plan: SenderPlan, text: string, { separator, assign }: SignatureList): Signatures | Rejection {
  const scheme = plan.schemes[0] as Scheme;
  const position = plan.timestamp?.position;
  const entries = text.split(separator);
  if (entries.length > MOST_SIGNATURES + 1) {
    return reject('malformed', `there are more than ${MOST_SIGNATURES} signatures`);
  }
  const candidates: Candidate[] = [];
  let timestamp: string | undefined;
  for (const [index, written] of entries.entries()) {
    const entry = written.trim();
    const start = assign === undefined ? 0 : entry.indexOf(assign) + assign.length;
    if (index === position) timestamp = entry;
    else if (assign === undefined || entry.includes(assign)) {
      const candidate = decode(scheme, { text: entry, start, end: entry.length }, candidates.length);
      if (candidate !== undefined) candidates.push(candidate);
    }
  }
  return candidates.length === 0 ? noSignature() : { candidates, timestamp };
}

function noSignature(): Rejection {
  return reject('malformed', 'the list holds no signature of the form that the sender writes');
}

function schemeAt(schemes: readonly Scheme[], text: string, start: number): Scheme | undefined {
  for (const scheme of schemes) if (text.startsWith(scheme.mark, start)) return scheme;
  return undefined;
}

function decodeWhole(plan: SenderPlan, text: string, index: number): Candidate | undefined {
  const scheme = plan.schemes[0] as Scheme;
  const { prefix } = plan.signature;
  if (prefix !== undefined && !text.startsWith(prefix)) return undefined;
  const start = prefix === undefined ? 0 : prefix.length;
  if (scheme.family !== 'comparison') return decode(scheme, { text, start, end: text.length }, index);
  const sent = scheme.algorithm === 'basic' ? decodeBasic(text) : Buffer.from(text.slice(start));
  return sent?.length ? { scheme, bytes: hashOf(sent) } : undefined;
}

/** A part of a header. Cutting it out would make each of its characters slower to read. */
interface Part {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function decode(scheme: Scheme, { text, start, end }: Part, index: number): Candidate | undefined {
  const { encoding, sizes, lengths, scratch } = scheme;
  if (end - start < lengths[0] || end - start > lengths[1]) return undefined;
  const [least, most] = sizes;
  const known = least === most ? (scratch[index] ??= { scheme, bytes: Buffer.allocUnsafeSlow(least) }) : undefined;
  const bytes = decodeAs(encoding, { text, start, end }, known?.bytes);
  if (bytes === undefined || bytes.length < least || bytes.length > most) return undefined;
  return bytes === known?.bytes ? known : { scheme, bytes };
}

function decodeAs(encoding: HashEncoding, { text, start, end }: Part, into: Buffer | undefined): Buffer | undefined {
  if (encoding === 'hex') return decodeHex(text, start, end, into);
  if (encoding === 'base64') return decodeBase64(text, start, end, into);
  return decodeBase64Url(text, { start, end, padded: true, into });
}

/** RFC 7617: the scheme's name in any case, one blank, base64 of `user:password`. */
function decodeBasic(text: string): Buffer | undefined {
  return text.slice(0, 6).toLowerCase() === 'basic ' ? decodeBase64(text, 6) : undefined;
}
