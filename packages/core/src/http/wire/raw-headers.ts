/**
 * Headers as undici has them, names and values as bytes by turns, which are read only when a client of these asks for
 * one.
 */
export class RawHeaders {
  readonly #raw: readonly unknown[];
  #byName: Map<string, string> | undefined;

  constructor(raw: readonly unknown[]) {
    this.#raw = raw;
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
