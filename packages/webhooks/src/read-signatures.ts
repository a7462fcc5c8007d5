import { createHash } from 'node:crypto';
import { decodeBase64 } from './decode-base64.js';
import { decodeHex } from './decode-hex.js';
import type { Scheme } from './scheme.js';
import type { SenderPlan, SignaturePlan } from './sender-plan.js';
import { reject, type Rejection } from './verification.js';

/** A signature of the right shape, decoded. For comparisons: the hash of what was sent. */
export interface Candidate {
  readonly scheme: Scheme;
  readonly bytes: Buffer;
}

export interface Signatures {
  readonly candidates: readonly Candidate[];
  /** The timestamp's entry, where it stands in the same list. */
  readonly timestamp?: string;
}

const MOST_SIGNATURES = 16;
const LONGEST_HEADER = 8192;
const BLANK = 32;

/** Finds and decodes the signatures by shape alone; nothing is computed over the body. */
export function readSignatures(plan: SenderPlan, texts: readonly (string | undefined)[]): Signatures | Rejection {
  const candidates: Candidate[] = [];
  let present = false;
  for (const text of texts) {
    if (text === undefined || text === '') continue;
    present = true;
    if (text.length > LONGEST_HEADER) return reject('malformed', 'the signature is too long');
    if (plan.signature.list) return readList(plan, text);
    const scheme = plan.schemes[0] as Scheme;
    const bytes = decodeWhole(scheme, plan.signature, text);
    if (bytes) candidates.push({ scheme, bytes });
  }
  if (!present) return reject('missing', 'there is no signature');
  if (candidates.length === 0) return reject('malformed', 'the signature does not have the form that the sender gives it');
  return { candidates };
}

function readList(plan: SenderPlan, text: string): Signatures | Rejection {
  const { separator } = plan.signature.list as { separator: string };
  const timestampMark = plan.timestamp?.mark;
  const candidates: Candidate[] = [];
  let timestamp: string | undefined;
  let count = 0;
  for (let next = 0; next < text.length; ) {
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
    const scheme = plan.schemes.find((each) => text.startsWith(each.mark, start));
    if (!scheme) continue;
    if (++count > MOST_SIGNATURES) return reject('malformed', `there are more than ${MOST_SIGNATURES} signatures`);
    const bytes = decode(scheme, plan.signature, text, start + scheme.mark.length, end);
    if (bytes) candidates.push({ scheme, bytes });
  }
  if (candidates.length === 0) {
    return reject('malformed', 'the list holds no signature of the form that the sender gives it');
  }
  return timestamp === undefined ? { candidates } : { candidates, timestamp };
}

function decodeWhole(scheme: Scheme, place: SignaturePlan, text: string): Buffer | undefined {
  const prefix = place.prefix ?? '';
  if (!text.startsWith(prefix)) return undefined;
  if (scheme.algorithm === 'basic') return hashBasic(text);
  if (scheme.algorithm === 'token') {
    return text.length > prefix.length ? hashOf(Buffer.from(text.slice(prefix.length))) : undefined;
  }
  return decode(scheme, place, text, prefix.length, text.length);
}

function decode(scheme: Scheme, place: SignaturePlan, text: string, start: number, end: number): Buffer | undefined {
  const [least, most] = scheme.sizes;
  const length = end - start;
  if (place.encoding === 'base64') {
    if (length < Math.ceil(least / 3) * 4 || length > Math.ceil(most / 3) * 4) return undefined;
    const bytes = decodeBase64(text, start, end);
    return bytes && bytes.length >= least && bytes.length <= most ? bytes : undefined;
  }
  return length < least * 2 || length > most * 2 ? undefined : decodeHex(text, start, end);
}

/** RFC 7617: the scheme's name in any case, one blank, base64 of `user:password`. */
function hashBasic(text: string): Buffer | undefined {
  if (text.slice(0, 6).toLowerCase() !== 'basic ') return undefined;
  const bytes = decodeBase64(text, 6);
  return bytes && hashOf(bytes);
}

/** Hashing first makes values of any length comparable in constant time. */
export function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
