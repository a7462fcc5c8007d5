import type { Clock } from '../time/clock.js';
import { StoreLease } from '../store/store-lease.js';
import type { Store } from '../store/store.js';
import { recordText } from './answer-record.js';
import { LONGEST_MS } from './lifetimes.js';
import type { StoreReach } from './store-reach.js';

interface AskingTurnParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly reach: StoreReach;
  readonly leaseMs: number;
  /** The store's version when the turn began. */
  readonly since: string;
  readonly lease: { readonly key: string; readonly value: string };
  /** The place of the answer, and the version that stands there. */
  readonly answer: { readonly key: string; readonly over: string | undefined };
  /** Tells those who wait. */
  onEnd(): void;
}

/** The turn of one host to ask the provider a question, while the others wait. It is to be ended once. */
export class AskingTurn {
  private readonly lease: StoreLease;

  constructor(private readonly parts: AskingTurnParts) {
    const { store, clock, leaseMs, since, lease } = parts;
    this.lease = new StoreLease({ ...lease, store, clock, leaseMs, ttlMs: leaseMs, version: since });
  }

  /** Puts the answer into the store, unless a later one stands there, and ends the turn. Never rejects. */
  async share(answer: { readonly text: string; readonly tags: readonly string[] }, keepMs: number): Promise<void> {
    const { store, reach, since } = this.parts;
    const { key, over } = this.parts.answer;
    const ttlMs = Math.min(keepMs, LONGEST_MS);
    const condition = over === undefined ? 'absent' : { version: over };
    await reach.ask(() => store.put(key, recordText({ since, ...answer }), { ttlMs, if: condition })).catch(ignored);
    await this.end();
  }

  /** Ends the turn: the next host may have its own. Never rejects. */
  async end(): Promise<void> {
    this.lease.abandon();
    await this.parts.reach.ask(() => this.lease.free()).catch(ignored);
    this.parts.onEnd();
  }
}

function ignored(): undefined {
  return undefined;
}
