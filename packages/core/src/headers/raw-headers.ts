/**
 * Headers as a list: names and values by turns, as undici has them in bytes and Node in `rawHeaders`, or in pairs. They
 * are read only when one is asked for.
 */
export class RawHeaders {
  readonly #raw: readonly unknown[];
  #byName: Map<string, string> | undefined;

  constructor(raw: readonly unknown[]) {
    this.#raw = Array.isArray(raw[0]) ? raw.flat() : raw;
  }

  get(name: string): string | undefined {
    return this.#read().get(name.toLowerCase());
  }

  forEach(each: (value: string, name: string) => void): void {
    this.#read().forEach(each);
  }

  #read(): Map<string, string> {
    if (this.#byName !== undefined) return this.#byName;
    const byName = (this.#byName = new Map<string, string>());
    for (let i = 0; i + 1 < this.#raw.length; i += 2) {
      const name = text(this.#raw[i]).toLowerCase();
      const before = byName.get(name);
      const value = text(this.#raw[i + 1]);
      byName.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    return byName;
  }
}

function text(bytes: unknown): string {
  if (Array.isArray(bytes)) return bytes.map(text).join(', ');
  return Buffer.isBuffer(bytes) ? bytes.toString('latin1') : String(bytes);
}
