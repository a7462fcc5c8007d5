import type { SecretSource, SecretVersion } from '../contract/secret-source.js';
import { valueOf } from '../contract/secret-value.js';

/** A value that is still accepted beside the current one, and until when. */
interface Former {
  readonly value: Pick<SecretVersion, 'value' | 'fields'>;
  /** By the monotonic clock. */
  readonly until: number;
}

/** When something happens, by both clocks. */
export interface Moment {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Epoch milliseconds. */
  readonly wall: number;
}

/** How many former values are kept of a secret that changes faster than they end. */
const MOST_FORMER = 3;

/** One secret as it was read last. Its values are private to the language, so that nothing prints them. */
export class HeldSecret {
  #current: SecretVersion;
  #former: readonly Former[] = [];
  /** The text of each part, read once for each version. */
  #parts = new Map<string | undefined, string | undefined>();
  private isUsed = true;
  /** When it was read last, by the monotonic clock. */
  readAt: number;
  /** Why it could not be read since then. */
  failure: string | undefined;

  constructor(
    readonly name: string,
    public source: SecretSource,
    first: SecretVersion,
    { moment, keepPreviousMs }: { moment: Moment; keepPreviousMs: number },
  ) {
    this.#current = first;
    this.readAt = moment.now;
    const ranMs = first.since === undefined ? 0 : Math.max(0, moment.wall - first.since);
    if (first.previous !== undefined && ranMs < keepPreviousMs)
      this.#former = [{ value: first.previous, until: moment.now + keepPreviousMs - ranMs }];
  }

  get version(): string {
    return this.#current.version;
  }

  /** When the value ends, in epoch milliseconds. */
  get notAfter(): number | undefined {
    return this.#current.notAfter;
  }

  /** Whether its value was asked for since this was last asked. */
  wasUsed(): boolean {
    const { isUsed } = this;
    this.isUsed = false;
    return isUsed;
  }

  /** The text of the secret, or of one of its parts; `undefined` where it has no such part. */
  value(field: string | undefined): string | undefined {
    this.isUsed = true;
    const known = this.#parts.get(field);
    if (known !== undefined) return known;
    const value = valueOf(this.#current, field);
    this.#parts.set(field, value);
    return value;
  }

  /** The current text, and those before it that are still accepted. */
  valid(field: string | undefined, now: number): readonly string[] {
    const former = this.#former.filter(({ until }) => now < until).map(({ value }) => valueOf(value, field));
    const all = [this.value(field), ...former].filter((value) => value !== undefined);
    return [...new Set(all)];
  }

  /** Takes what was read anew. Whether it is another value. */
  take(next: SecretVersion, { moment, keepPreviousMs }: { moment: Moment; keepPreviousMs: number }): boolean {
    const last = this.#current;
    this.#current = next;
    this.readAt = moment.now;
    this.failure = undefined;
    if (isSame(last, next)) return false;
    this.#parts = new Map();
    const until = moment.now + keepPreviousMs;
    // The source's word on the previous one counts where it changed twice between two readings.
    const gone = [last, next.previous].filter((value) => value !== undefined);
    const former = [...gone.map((value) => ({ value, until })), ...this.#former];
    this.#former = former.filter(({ until: end }) => moment.now < end).slice(0, MOST_FORMER);
    return true;
  }
}

function isSame(a: SecretVersion, b: SecretVersion): boolean {
  return a.value === b.value && JSON.stringify(a.fields) === JSON.stringify(b.fields);
}
