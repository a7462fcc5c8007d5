import type { Environment, KeyableGate } from '../policy.js';
import type { Kept } from './entered.js';
import { ForgottenKeys } from './forgotten-keys.js';
import { PackedKeys } from './packed-keys.js';

/** How many keys are kept; beyond it the least recently used that are idle and remember nothing make room. */
export const MOST_KEYS = 1000;
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
 * The gates of the keys, each made when its key first comes. A key makes room for others while its gate is idle: not
 * while a call is inside, nor while forgetting it would admit calls that it holds back. Gates that remember failures
 * make room last: otherwise no key would ever fail often enough. With ten times as many keys the least recently used
 * goes whatever it holds back. A gate that can be packed makes room with its state packed, and goes on from there when
 * its key comes again.
 */
export class KeptKeys implements Iterable<KeyableGate> {
  private readonly byKey = new Map<string, Kept>();
  private readonly environment: Environment;
  private readonly packed: PackedKeys | undefined;
  /** Keys that were dropped although they held calls back, or may soon. */
  private readonly forgotten: ForgottenKeys;
  private sweep: Iterator<[string, Kept]> | undefined;

  constructor(
    private readonly unkeyed: KeyableGate,
    environment: Environment,
    private readonly mostKeys: number,
  ) {
    const { kind: policy } = unkeyed;
    this.environment = keyedEnvironment(environment);
    this.forgotten = new ForgottenKeys((forgotten) => environment.emit('keys.forgotten', { policy, forgotten }));
    if (unkeyed.pack !== undefined) {
      const isOver = (state: unknown, now: number) => unkeyed.isOver?.(state, now) ?? false;
      this.packed = new PackedKeys(isOver, this.forgotten);
    }
  }

  /** The gate of a key, which is now the one used last. */
  use(key: string, now: number): Kept {
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

  /** The gate of a key, where it has one. */
  find(key: string): Kept | undefined {
    return this.byKey.get(key);
  }

  *[Symbol.iterator](): Iterator<KeyableGate> {
    for (const { gate } of this.byKey.values()) yield gate;
  }

  /** Forgets what those keys were told from outside that have no gate now. */
  resetPacked(): void {
    this.packed?.replace((state) => this.unkeyed.resetPacked?.(state));
  }

  /** How many keys there are; never the keys. */
  shown(): Readonly<Record<string, number>> {
    const { packed, forgotten } = this;
    return {
      keys: this.byKey.size,
      ...(packed !== undefined && packed.size > 0 && { packedKeys: packed.size }),
      ...(forgotten.count > 0 && { forgottenKeys: forgotten.count }),
    };
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
