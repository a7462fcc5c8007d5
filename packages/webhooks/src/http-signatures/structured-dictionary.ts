import { decodeBase64 } from '../encoding/decode-base64.js';

/** A bare item of RFC 9651 §3.3 that HTTP signatures use, with its canonical text. */
export interface BareItem {
  readonly kind: 'string' | 'token' | 'bytes' | 'integer' | 'boolean';
  readonly value: string | number | boolean | Buffer;
  readonly text: string;
}

export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly bare: BareItem;
  readonly parameters: Parameters;
  /** Canonical, with the parameters. */
  readonly text: string;
}

/** A member of a dictionary: an item, or a list of items in parentheses. */
export interface Member {
  readonly bare?: BareItem;
  readonly items?: readonly Item[];
  readonly parameters: Parameters;
  /** Canonical, with the parameters. */
  readonly text: string;
}

const MOST_PARTS = 64;

/**
 * Parses a dictionary (RFC 9651 §4.2.2), or returns `undefined` where the text is none, has a key twice, or is of more
 * than 64 parts. Decimals, dates and display strings are refused as well: no signature has them.
 */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  try {
    return new Scanner(text).dictionary();
  } catch (error) {
    if (error instanceof NoDictionary) return undefined;
    throw error;
  }
}

class NoDictionary extends Error {}

class Scanner {
  private at = 0;
  private parts = 0;

  constructor(private readonly text: string) {}

  dictionary(): ReadonlyMap<string, Member> {
    const members = new Map<string, Member>();
    this.take(/ */y);
    for (;;) {
      const key = this.need(/[a-z*][a-z0-9_.*-]*/y);
      if (members.has(key)) throw new NoDictionary();
      members.set(key, this.take(/=/y) === undefined ? this.flag() : this.member());
      this.take(/[ \t]*/y);
      if (this.at === this.text.length) return members;
      this.need(/,[ \t]*/y);
    }
  }

  private flag(): Member {
    const parameters = this.parameters();
    return { bare: boolean(true), parameters, text: `?1${textOf(parameters)}` };
  }

  private member(): Member {
    if (this.take(/\(/y) === undefined) return this.item();
    const items: Item[] = [];
    for (;;) {
      const blanks = this.need(/ */y);
      if (this.take(/\)/y) !== undefined) break;
      if (items.length > 0 && blanks === '') throw new NoDictionary();
      items.push(this.item());
    }
    const parameters = this.parameters();
    return { items, parameters, text: `(${items.map(({ text }) => text).join(' ')})${textOf(parameters)}` };
  }

  private item(): Item {
    const bare = this.bare();
    const parameters = this.parameters();
    return { bare, parameters, text: bare.text + textOf(parameters) };
  }

  private parameters(): Parameters {
    const parameters = new Map<string, BareItem>();
    while (this.take(/; */y) !== undefined) {
      const key = this.need(/[a-z*][a-z0-9_.*-]*/y);
      if (parameters.has(key)) throw new NoDictionary();
      parameters.set(key, this.take(/=/y) === undefined ? boolean(true) : this.bare());
    }
    return parameters;
  }

  private bare(): BareItem {
    if (++this.parts > MOST_PARTS) throw new NoDictionary();
    const string = this.take(/"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y);
    if (string !== undefined) {
      return { kind: 'string', value: string.slice(1, -1).replaceAll(/\\(.)/g, '$1'), text: string };
    }
    const bytes = this.take(/:[A-Za-z0-9+/=]*:/y);
    if (bytes !== undefined) {
      const value = bytes === '::' ? Buffer.alloc(0) : decodeBase64(bytes, 1, bytes.length - 1);
      if (!value) throw new NoDictionary();
      return { kind: 'bytes', value, text: bytes };
    }
    const digits = this.take(/-?\d{1,15}(?![\d.])/y);
    if (digits !== undefined) {
      const value = Number(digits) || 0;
      return { kind: 'integer', value, text: String(value) };
    }
    const flag = this.take(/\?[01]/y);
    if (flag !== undefined) return boolean(flag === '?1');
    const token = this.need(/[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y);
    return { kind: 'token', value: token, text: token };
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private need(pattern: RegExp): string {
    const found = this.take(pattern);
    if (found === undefined) throw new NoDictionary();
    return found;
  }
}

function boolean(value: boolean): BareItem {
  return { kind: 'boolean', value, text: value ? '?1' : '?0' };
}

function textOf(parameters: Parameters): string {
  let text = '';
  for (const [key, { value, text: written }] of parameters) text += value === true ? `;${key}` : `;${key}=${written}`;
  return text;
}
