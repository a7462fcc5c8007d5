import { headerOf } from './headers.js';
import { timeUntil } from './retry-after.js';

const NUMBER = /^\d+(?:\.\d+)?$/;
/** From here on a number is a moment since the epoch, whose unit its size tells. */
const EPOCH = 1e9;

/** A response as its quotas are read from it. Header names are given in lower case. */
export class RateAnswer {
  constructor(
    readonly status: number,
    readonly headers: unknown,
    readonly wallNow: number,
    /** The parsed body, where there is one. */
    readonly body?: unknown,
  ) {}

  text(name: string): string | undefined {
    return headerOf(this.headers, name);
  }

  /** The numbers of a list, each without its parameters: `0;w=60`, `5, 0`. Empty where the header is none. */
  numbers(name: string): readonly number[] {
    const parts = (this.text(name) ?? '').split(',').map((part) => part.split(';', 1)[0]!.trim());
    return parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : [];
  }

  number(name: string): number | undefined {
    return this.numbers(name)[0];
  }

  /**
   * Milliseconds until the moment that a header names, and whether it was a bare number from now; in a list, the one at
   * `index`.
   */
  until(name: string, index = 0): { readonly ms: number; readonly isBare: boolean } | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const numbers = this.numbers(name);
    const number = numbers[index] ?? numbers[0];
    const ms = timeUntil(number === undefined ? value : String(number), this.headers, this.wallNow);
    return ms === undefined ? undefined : { ms, isBare: number !== undefined && number < EPOCH };
  }

  /** A value within the parsed body; `undefined` where there is none. */
  inBody(...path: readonly string[]): unknown {
    let value = this.body;
    for (const name of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return value;
  }
}
