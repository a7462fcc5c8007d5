import type { PayloadPart } from './payload-template.js';
import type { SenderPlan } from './sender-plan.js';

/** What the payload's tokens stand for in one request. */
export interface PayloadValues {
  readonly timestamp?: string | undefined;
  readonly id?: string | undefined;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  header(name: string): string | undefined;
  json(path: readonly string[]): string | undefined;
}

/** Used again for each request: nothing waits while it is in use. */
const ROOM = Buffer.allocUnsafeSlow(4096 + 64);
/** Of each length that occurred. */
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
   * In one piece behind a prefix, where that is short and the text is ASCII. What it gives holds until the next call of any
   * instance: it stands in a room that is used again.
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

/** Puts the payload together, or gives `undefined` where the request lacks a token of it. */
export function signedBytes(plan: SenderPlan, body: Uint8Array, values: PayloadValues): SignedBytes | undefined {
  const { payload } = plan;
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
    case 'url-decoded':
      return values.url === undefined ? undefined : decodeUrl(values.url);
    case 'header':
      return values.header(part.name);
    case 'json':
      return values.json(part.path);
    default:
      return values[part.kind];
  }
}

/** The twelve escapes that HubSpot undoes before it signs: : / ? @ ! $ ' ( ) * , ; */
function decodeUrl(url: string): string {
  return url.replace(/%(?:3a|2f|3f|40|21|24|27|28|29|2a|2c|3b)/gi, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  );
}
