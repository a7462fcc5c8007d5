import type { ForgottenKeys } from './forgotten-keys.js';

/** The state of a key's gate that must be remembered while no call is inside, as compact as can be. */
export interface PackedGate {
  readonly state: unknown;
  /** Whether the gate would soon hold calls back. Others are forgotten first. */
  readonly isSpent: boolean;
}

/** How many keys are remembered that would not hold calls back soon, and how many that would. */
const MOST_LIGHT = 10_000;
const MOST_SPENT = 100_000;
/** How many of the oldest each new one looks at, so that those that are over never pile up. */
const LOOKED_AT = 4;

/**
 * The keys that were used lately and have no gate now. Bounded: those that have spent little are forgotten first, the
 * oldest of them before all.
 */
export class PackedKeys {
  private readonly light = new Map<string, unknown>();
  private readonly spent = new Map<string, unknown>();

  constructor(
    private readonly isOver: (state: unknown, now: number) => boolean,
    /** Told of each that is dropped before it is over. */
    private readonly forgotten: ForgottenKeys,
    private readonly most: { readonly light: number; readonly spent: number } = {
      light: MOST_LIGHT,
      spent: MOST_SPENT,
    },
  ) {}

  get size(): number {
    return this.light.size + this.spent.size;
  }

  put(key: string, { state, isSpent }: PackedGate, now: number): void {
    this.sweep(now);
    const keys = isSpent ? this.spent : this.light;
    const most = isSpent ? this.most.spent : this.most.light;
    for (const oldest of keys.keys()) {
      if (keys.size < most) break;
      keys.delete(oldest);
      this.forgotten.note(now);
    }
    keys.set(key, state);
  }

  /** The state of a key, which is no longer kept here; `undefined` when nothing is known of it. */
  take(key: string, now: number): unknown {
    this.sweep(now);
    const keys = this.light.has(key) ? this.light : this.spent;
    const state = keys.get(key);
    if (state !== undefined) keys.delete(key);
    return state;
  }

  /** Puts something else in the place of every state; nothing where that is `undefined`. */
  replace(change: (state: unknown) => unknown): void {
    for (const keys of [this.light, this.spent]) {
      for (const [key, state] of keys) {
        const next = change(state);
        if (next === undefined) keys.delete(key);
        else keys.set(key, next);
      }
    }
  }

  private sweep(now: number): void {
    for (const keys of [this.light, this.spent]) {
      let looked = 0;
      for (const [key, state] of keys) {
        if (looked++ === LOOKED_AT || !this.isOver(state, now)) break;
        keys.delete(key);
      }
    }
  }
}
