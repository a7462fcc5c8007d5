import type { PayloadPart, PayloadTemplate, RarePart } from './payload-template.js';

/** A payload whose encoding is known. */
export interface PayloadPlan extends PayloadTemplate {
  /** All that stands around the body is ASCII: literals, checked timestamps and ids. */
  readonly ascii: boolean;
}

/** The texts of one request that the payload's tokens stand for. */
export interface PayloadValues {
  readonly timestamp?: string | undefined;
  readonly id?: string | undefined;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The text of any other token, or `undefined` where the request lacks it. */
  rare(part: Exclude<RarePart, { kind: 'optional' }>): string | undefined;
}

/** Shared by all requests: verifying is synchronous, so that no two use it at once. */
const ROOM = Buffer.allocUnsafeSlow(4096 + 64);
/** One view of `ROOM` for each length that occurred. */
const VIEWS: Buffer[] = [];

const ENCODER = new TextEncoder();
/** From here on a call to native code is faster than a loop. */
const LONG = 24;

function write(text: string, at: number): void {
  if (text.length > LONG) {
    ENCODER.encodeInto(text, at === 0 ? ROOM : ROOM.subarray(at));
    return;
  }
  for (let i = 0; i < text.length; i++) ROOM[at + i] = text.charCodeAt(i);
}

/** The bytes under the signature: text, the raw body, text. */
export class SignedBytes {
  constructor(
    readonly head: string,
    /** Absent where the signature leaves the body out. */
    readonly body: Uint8Array | undefined,
    readonly tail: string,
    /** `latin1` where the text is ASCII for certain, which is faster to pass on. */
    private readonly encoding: 'utf8' | 'latin1',
  ) {}

  /**
   * In one piece behind a prefix, where that is short and the text is ASCII. The result holds until the next call of
   * any instance: all of them share one buffer.
   */
  behind(prefix: Uint8Array): Buffer | undefined {
    const { head, body, tail } = this;
    if (this.encoding !== 'latin1' && (head !== '' || tail !== '')) return undefined;
    const size = body === undefined ? 0 : body.length;
    const length = prefix.length + head.length + size + tail.length;
    if (length > ROOM.length) return undefined;
    ROOM.set(prefix);
    let at = prefix.length;
    if (head !== '') write(head, at);
    at += head.length;
    if (body !== undefined) ROOM.set(body, at);
    if (tail !== '') write(tail, at + size);
    return (VIEWS[length] ??= ROOM.subarray(0, length));
  }

  /** Passes them to a hash, without a copy. */
  feed<T extends Sink>(sink: T): T {
    if (this.head !== '') sink.update(this.head, this.encoding);
    if (this.body !== undefined) sink.update(this.body);
    if (this.tail !== '') sink.update(this.tail, this.encoding);
    return sink;
  }

  /** In one piece, for algorithms that need that. */
  whole(): Buffer {
    return Buffer.concat([Buffer.from(this.head), this.body ?? Buffer.alloc(0), Buffer.from(this.tail)]);
  }
}

interface Sink {
  update(data: Uint8Array): unknown;
  update(data: string, encoding: 'utf8' | 'latin1'): unknown;
}

/** Puts the payload together, or returns `undefined` where the request lacks a token of it. */
export function signedBytes(payload: PayloadPlan, body: Uint8Array, values: PayloadValues): SignedBytes | undefined {
  const head = render(payload.head, values);
  const tail = render(payload.tail, values);
  if (head === undefined || tail === undefined) return undefined;
  return new SignedBytes(head, payload.body ? body : undefined, tail, payload.ascii ? 'latin1' : 'utf8');
}

function render(parts: readonly PayloadPart[], values: PayloadValues): string | undefined {
  let text = '';
  for (const part of parts) {
    const piece = valueOf(part, values);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

function valueOf(part: PayloadPart, values: PayloadValues): string | undefined {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'timestamp':
    case 'id':
    case 'method':
    case 'url':
      return values[part.kind];
    case 'optional':
      return render(part.parts, values) ?? '';
    default:
      return values.rare(part);
  }
}
