/** The longest body of an answer that is kept for copies of the delivery, in bytes. */
const LONGEST = 16 * 1024;

/** The body of an answer as it is written, kept while it is short. */
export class AnswerBody {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  /** Takes what `write` or `end` of a response was given, which may be a callback, too. */
  take(chunk: unknown, encoding: unknown): void {
    const bytes = bytesOf(chunk, encoding);
    this.size += bytes.length;
    if (this.size <= LONGEST && bytes.length > 0) this.chunks.push(Buffer.from(bytes));
  }

  /** All of it; `undefined` where it is empty or too long to keep. */
  get whole(): Buffer | undefined {
    return this.size === 0 || this.size > LONGEST ? undefined : Buffer.concat(this.chunks, this.size);
  }
}

export function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk !== 'string') return Buffer.alloc(0);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}
