/** The bytes of a value, a field or an item beside its content, about. */
const OVERHEAD = 16;
/** V8 keeps a character in one byte or two. */
const PER_CHARACTER = 2;
/** So many items of a list are looked at; the others are taken to be like them. */
const LOOKED_AT = 64;
/** So many parts of a value are looked at altogether. */
const MOST_PARTS = 10_000;
/** Data that is nested deeper than this may be without end. */
const DEEPEST = 200;

/**
 * How many bytes a value takes in memory, about. A part that it holds several times counts once, and one that throws
 * when it is looked at, such as a getter, for nothing.
 */
export function estimatedBytes(value: unknown): number {
  return Math.min(new Estimate().of(value), Number.MAX_SAFE_INTEGER);
}

class Estimate {
  private parts = 0;
  private depth = 0;
  /** Data may go in a circle. */
  private readonly seen = new Set<object>();

  of(value: unknown): number {
    if (++this.parts > MOST_PARTS || this.depth > DEEPEST) return OVERHEAD;
    if (typeof value === 'string') return OVERHEAD + value.length * PER_CHARACTER;
    if (typeof value !== 'object' || value === null || this.seen.has(value)) return OVERHEAD;
    this.seen.add(value);
    this.depth++;
    try {
      return this.ofObject(value);
    } catch {
      return OVERHEAD;
    } finally {
      this.depth--;
    }
  }

  private ofObject(value: object): number {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return OVERHEAD + value.byteLength;
    if (Array.isArray(value)) return OVERHEAD + this.ofItems(value as unknown[], value.length);
    if (value instanceof Map || value instanceof Set) return OVERHEAD + this.ofItems(value, value.size);
    const fields = Object.values(value) as unknown[];
    return OVERHEAD + OVERHEAD * fields.length + this.ofItems(fields, fields.length);
  }

  private ofItems(items: Iterable<unknown>, length: number): number {
    let bytes = 0;
    let looked = 0;
    for (const item of items) {
      bytes += this.of(item);
      if (++looked === LOOKED_AT) break;
    }
    return looked === 0 ? 0 : Math.ceil((bytes / looked) * length);
  }
}
