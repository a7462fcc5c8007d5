/** Beyond these, what is given as arguments is no key: it may go in a circle. */
const DEEPEST = 32;
const MOST_PARTS = 10_000;

/**
 * Text that is the same for equal arguments and for no others; the order of an object's keys does not matter.
 * `undefined` when they hold anything but plain data: a function, a symbol, an instance of a class other than `Date`, a
 * circle, or far too much.
 */
export function argumentsKey(args: readonly unknown[]): string | undefined {
  const writer = new Writer();
  for (const arg of args) if (!writer.write(arg, 0)) return undefined;
  return writer.text;
}

/** Writes values one after the other so that no two sequences look the same: every part says where it ends. */
class Writer {
  text = '';
  private parts = 0;

  /** `false` when the value cannot be written. */
  write(value: unknown, depth: number): boolean {
    if (++this.parts > MOST_PARTS || depth > DEEPEST) return false;
    switch (typeof value) {
      case 'string':
        this.writeText(value);
        return true;
      case 'number':
        this.text += Object.is(value, -0) ? '-0,' : `${value},`;
        return true;
      case 'bigint':
        this.text += `${value}n,`;
        return true;
      case 'boolean':
      case 'undefined':
        this.text += `${value},`;
        return true;
      case 'object':
        return this.writeObject(value, depth);
      default:
        return false;
    }
  }

  private writeText(text: string): void {
    this.text += `${text.length}"${text}`;
  }

  private writeObject(value: object | null, depth: number): boolean {
    if (value === null) {
      this.text += 'null,';
      return true;
    }
    if (Array.isArray(value)) {
      this.text += '[';
      for (const item of value as unknown[]) if (!this.write(item, depth + 1)) return false;
      this.text += ']';
      return true;
    }
    const prototype = Object.getPrototypeOf(value) as unknown;
    if (prototype === Date.prototype) {
      this.text += `@${(value as Date).getTime()},`;
      return true;
    }
    const isPlain = prototype === Object.prototype || prototype === null;
    return isPlain && Object.getOwnPropertySymbols(value).length === 0 && this.writeRecord(value, depth);
  }

  private writeRecord(record: object, depth: number): boolean {
    this.text += '{';
    for (const name of Object.keys(record).sort()) {
      this.writeText(name);
      if (!this.write((record as Record<string, unknown>)[name], depth + 1)) return false;
    }
    this.text += '}';
    return true;
  }
}
