import { isResilienceError, type ResilienceError } from '../../errors/resilience-error.js';
import type { ObservedResponse } from '../../headers/rate-reading.js';
import { Entered, type Kept } from './entered.js';
import { ForgottenKeys } from './forgotten-keys.js';
import type { LiveCall } from '../live-call.js';
import type { Outcome } from '../../outcome/outcome.js';
import { PackedKeys } from './packed-keys.js';
import type { Environment, Gate, KeyableGate } from '../policy.js';

/** How many keys are kept; beyond it the least recently used that are idle and remember nothing make room. */
const MOST_KEYS = 1000;
/**
 * How many times as many are kept where all others remember something or hold calls back. There are never more, but for
 * calls inside.
 */
const REMEMBERED = 10;
/** An idle key that was not used for so long makes room anyway, in milliseconds. */
export const UNUSED_MS = 3_600_000;
/** How many of the least recently used keys each new one looks at. More than one, so that the unused never pile up. */
const LOOKED_AT = 8;

/**
 * A gate with state for each key, such as a tenant or a host, made when the key first comes; calls without a key share
 * one gate. A key makes room for others while its gate is idle: not while a call is inside, nor while forgetting it
 * would admit calls that it holds back. Gates that remember failures make room last: otherwise no key would ever fail
 * often enough. With ten times as many keys the least recently used goes whatever it holds back. A gate that can be
 * packed makes room with its state packed, and goes on from there when its key comes again.
 */
export class KeyedGate implements Gate<Entered>, Iterable<KeyableGate> {
  readonly kind: string;
  /** As the plain gate has it: without it, a call that was aborted leaves the gate at once. */
  readonly outlive: Gate<Entered>['outlive'];
  private readonly byKey = new Map<string, Kept>();
  private readonly keptPlain: Kept;
  private readonly environment: Environment;
  private readonly packed: PackedKeys | undefined;
  private sweep: Iterator<[string, Kept]> | undefined;
  /** Keys that were dropped although they held calls back, or may soon. */
  private readonly forgotten: ForgottenKeys;

  constructor(
    readonly unkeyed: KeyableGate,
    environment: Environment,
    private readonly mostKeys = MOST_KEYS,
  ) {
    this.kind = unkeyed.kind;
    this.environment = keyedEnvironment(environment);
    this.forgotten = new ForgottenKeys((forgotten) =>
      environment.emit('keys.forgotten', { policy: this.kind, forgotten }),
    );
    this.keptPlain = { gate: unkeyed, inside: 0, usedAt: 0 };
    if (unkeyed.outlive !== undefined) this.outlive = outliveInside;
    if (unkeyed.pack !== undefined) {
      const isOver = (state: unknown, now: number) => unkeyed.isOver?.(state, now) ?? false;
      this.packed = new PackedKeys(isOver, this.forgotten);
    }
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
    const kept = call.key === undefined ? this.keptPlain : this.byKey.get(call.key);
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
    const { packed, forgotten } = this;
    const shown: Record<string, unknown> = {
      ...this.unkeyed.snapshot?.(now),
      keys: this.byKey.size,
      ...(packed !== undefined && packed.size > 0 && { packedKeys: packed.size }),
      ...(forgotten.count > 0 && { forgottenKeys: forgotten.count }),
    };
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
    this.packed?.replace((state) => this.unkeyed.resetPacked?.(state));
  }

  close(): void {
    this.unkeyed.close?.();
    for (const gate of this) gate.close?.();
  }

  /** The gates of the keys. */
  *[Symbol.iterator](): Iterator<KeyableGate> {
    for (const { gate } of this.byKey.values()) yield gate;
  }

  private keptFor(key: string, now: number): Kept {
    let kept = this.byKey.get(key);
    if (kept === undefined) {
      this.makeRoom(now);
      kept = { gate: this.unkeyed.forKey(this.environment, this.packed?.take(key, now), key), inside: 0, usedAt: now };
    } else {
      this.byKey.delete(key);
      kept.usedAt = now;
    }
    // The last in the map is the one used last.
    this.byKey.set(key, kept);
    return kept;
  }

  private makeRoom(now: number): void {
    if (this.byKey.size >= REMEMBERED * this.mostKeys) this.dropOldest(now);
    this.dropUnused(now);
    for (let looked = 0; looked < LOOKED_AT && this.byKey.size >= this.mostKeys; looked++) {
      const next = this.nextInSweep();
      if (next !== undefined) this.dropIfIdle(next, now);
    }
  }

  /** Looks at a few of those that were not used for long. One with a call inside is in use nevertheless. */
  private dropUnused(now: number): void {
    let looked = 0;
    for (const [key, kept] of this.byKey) {
      if (looked++ === LOOKED_AT || now - kept.usedAt < UNUSED_MS) return;
      if (kept.inside > 0) this.moveToEnd(key, kept);
      else this.dropIfIdle([key, kept], now);
    }
  }

  private dropIfIdle([key, kept]: [string, Kept], now: number): void {
    if (this.pack(key, kept, now) || this.mayForget(kept, now)) this.drop(key, kept);
  }

  private moveToEnd(key: string, kept: Kept): void {
    this.byKey.delete(key);
    this.byKey.set(key, kept);
  }

  /** The next key to look at where it is full: it goes on from where it stopped the last time. */
  private nextInSweep(): [string, Kept] | undefined {
    const step = (this.sweep ??= this.byKey.entries()).next();
    if (!step.done) return step.value;
    this.sweep = this.byKey.entries();
    return this.sweep.next().value;
  }

  /** The least recently used goes, whatever it holds back, unless a call is inside: then it is in use. */
  private dropOldest(now: number): void {
    let looked = 0;
    for (const [key, kept] of this.byKey) {
      if (kept.inside === 0) {
        if (!this.pack(key, kept, now) && !kept.gate.idle(now, kept.usedAt)) this.forgotten.note(now);
        return this.drop(key, kept);
      }
      this.moveToEnd(key, kept);
      if (++looked === LOOKED_AT) return;
    }
  }

  private drop(key: string, { gate }: Kept): void {
    this.byKey.delete(key);
    gate.close?.();
  }

  private pack(key: string, { gate, inside }: Kept, now: number): boolean {
    if (this.packed === undefined || inside > 0) return false;
    const state = gate.pack?.(now);
    if (state !== undefined) this.packed.put(key, state, now);
    return true;
  }

  private mayForget({ gate, inside, usedAt }: Kept, now: number): boolean {
    if (inside > 0 || !gate.idle(now, usedAt)) return false;
    return now - usedAt >= UNUSED_MS || gate.remembers === undefined || !gate.remembers(now);
  }
}

/** The environment of the keys' gates: its events say that they are of one key, and not of which. */
function keyedEnvironment(environment: Environment): Environment {
  const { emit } = environment;
  return { ...environment, emit: (type, detail, operation) => emit(type, { ...detail, keyed: true }, operation) };
}

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
