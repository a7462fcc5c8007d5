import { isResilienceError, type ResilienceError } from '../../errors/resilience-error.js';
import type { ObservedResponse } from '../../headers/rate-reading.js';
import type { Outcome } from '../../outcome/outcome.js';
import type { LiveCall } from '../live-call.js';
import type { Environment, Gate, KeyableGate } from '../policy.js';
import { Entered, type Kept } from './entered.js';
import { KeptKeys, MOST_KEYS } from './kept-keys.js';

/**
 * A gate with state for each key, such as a tenant or a host, made when the key first comes; calls without a key share
 * one gate. `KeptKeys` says when a key makes room for others.
 */
export class KeyedGate implements Gate<Entered>, Iterable<KeyableGate> {
  readonly kind: string;
  /** As the plain gate has it: without it, a call that was aborted leaves the gate at once. */
  readonly outlive?: NonNullable<Gate<Entered>['outlive']>;
  private readonly keptPlain: Kept;
  /** Made when the first key comes: many providers never see one. */
  private keys: KeptKeys | undefined = undefined;

  constructor(
    readonly unkeyed: KeyableGate,
    private readonly environment: Environment,
    private readonly mostKeys = MOST_KEYS,
  ) {
    this.kind = unkeyed.kind;
    this.keptPlain = { gate: unkeyed, inside: 0, usedAt: 0 };
    if (unkeyed.outlive !== undefined) this.outlive = outliveInside;
    unkeyed.oversee?.(this);
  }

  enter(call: LiveCall): Entered | Promise<Entered> | ResilienceError {
    const kept = call.key === undefined ? this.keptPlain : this.keptFor(call.key, call.now);
    kept.inside++;
    let ticket: unknown;
    try {
      ticket = kept.gate.enter(call);
    } catch (error) {
      kept.inside--;
      throw error;
    }
    if (ticket instanceof Promise) return entered(kept, ticket);
    if (!isResilienceError(ticket)) return new Entered(kept, ticket);
    kept.inside--;
    return ticket;
  }

  /** A key without state holds nothing back. */
  wouldHold(call: LiveCall): boolean {
    const kept = call.key === undefined ? this.keptPlain : this.keys?.find(call.key);
    return kept?.gate.wouldHold?.(call) === true;
  }

  leave({ kept, ticket }: Entered, outcome: Outcome, call: LiveCall): void {
    kept.inside--;
    kept.gate.leave(ticket, outcome, call);
  }

  suspend({ kept, ticket }: Entered, call: LiveCall): void {
    kept.gate.suspend?.(ticket, call);
  }

  renew({ kept, ticket }: Entered, call: LiveCall): Entered | Promise<Entered> | ResilienceError {
    const renewed = kept.gate.renew?.(ticket, call) ?? ticket;
    if (renewed instanceof Promise) return renewed.then((later: unknown) => new Entered(kept, later));
    return isResilienceError(renewed) ? renewed : new Entered(kept, renewed);
  }

  /** The plain gate's, with what its kind shows for all keys together, and how many keys there are; never the keys. */
  snapshot(now: number): Readonly<Record<string, unknown>> {
    const shown: Record<string, unknown> = { ...this.unkeyed.snapshot?.(now), ...(this.keys?.shown() ?? NO_KEYS) };
    const { summed } = this.unkeyed;
    if (summed === undefined) return shown;
    for (const gate of this) {
      const ofKey = gate.snapshot?.(now) as Readonly<Record<string, unknown>> | undefined;
      for (const name of summed) shown[name] = Number(shown[name]) + Number(ofKey?.[name]);
    }
    return shown;
  }

  reconfigure(settings: unknown): void {
    this.unkeyed.reconfigure?.(settings);
    for (const gate of this) gate.reconfigure?.(settings);
  }

  observe(response: ObservedResponse, key?: string, call?: LiveCall): void {
    const { gate } = key === undefined ? this.keptPlain : this.keptFor(key, this.environment.clock.now());
    gate.observe?.(response, key, call);
  }

  reset(): void {
    this.unkeyed.reset?.();
    for (const gate of this) gate.reset?.();
    this.keys?.resetPacked();
  }

  close(): void {
    this.unkeyed.close?.();
    for (const gate of this) gate.close?.();
  }

  /** The gates of the keys. */
  *[Symbol.iterator](): Iterator<KeyableGate> {
    if (this.keys !== undefined) yield* this.keys;
  }

  private keptFor(key: string, now: number): Kept {
    this.keys ??= new KeptKeys(this.unkeyed, this.environment, this.mostKeys);
    return this.keys.use(key, now);
  }
}

const NO_KEYS = { keys: 0 };

async function entered(kept: Kept, ticket: Promise<unknown>): Promise<Entered> {
  try {
    return new Entered(kept, await ticket);
  } catch (error) {
    kept.inside--;
    throw error;
  }
}

function outliveInside({ kept, ticket }: Entered, work: Promise<unknown>): void {
  kept.gate.outlive!(ticket, work);
  const settled = () => void kept.inside--;
  work.then(settled, settled);
}
