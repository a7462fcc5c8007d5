/** The body of an answer as it is written, kept while it is no longer than `longest` bytes. */
export class AnswerBody {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly longest: number) {}

  /** Takes what `write` or `end` of a response was given, which may be a callback, too. */
  take(chunk: unknown, encoding: unknown): void {
    const bytes = bytesOf(chunk, encoding);
    this.size += bytes.length;
    if (this.size <= this.longest && bytes.length > 0) this.chunks.push(Buffer.from(bytes));
  }

  /** All of it; `undefined` where it is empty or too long to keep. */
  get whole(): Buffer | undefined {
    return this.size === 0 || this.isTooLong ? undefined : Buffer.concat(this.chunks, this.size);
  }

  get isTooLong(): boolean {
    return this.size > this.longest;
  }
}

export function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk !== 'string') return Buffer.alloc(0);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}
