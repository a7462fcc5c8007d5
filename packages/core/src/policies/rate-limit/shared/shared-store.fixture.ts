import type { Clock } from '../../../time/clock.js';
import { MemoryStore } from '../../../store/memory-store.js';
import type { AdvanceResult, Entry, PutOptions, PutResult, Store } from '../../../store/store.js';
import type { CountResult, SlidingWindow } from '../../../store/sliding-count.js';

/** A store as several hosts see one: it takes its time, may be away, and counts what it is asked. */
export class SharedStore implements Store {
  readonly shared = true;
  latencyMs = 0;
  away = false;
  operations = 0;
  readonly inner: MemoryStore;

  constructor(
    private readonly clock: Clock,
    private readonly hasBus = true,
  ) {
    this.inner = new MemoryStore({ clock });
  }

  get bus(): MemoryStore['bus'] | undefined {
    return this.hasBus ? this.inner.bus : undefined;
  }

  get(key: string): Promise<Entry | undefined> {
    return this.ask(() => this.inner.get(key));
  }

  put(key: string, value: string, when: PutOptions): Promise<PutResult> {
    return this.ask(() => this.inner.put(key, value, when));
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.ask(() => this.inner.delete(key, when));
  }

  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.ask(() => this.inner.advance(key, byMs, windowMs));
  }

  count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    return this.ask(() => this.inner.count(key, by, window));
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Half of the time passes before the store has done it, and half before the answer is there. */
  private async ask<T>(operation: () => Promise<T>): Promise<T> {
    this.operations++;
    if (this.latencyMs > 0) await this.clock.sleep(this.latencyMs / 2);
    if (this.away) throw new Error('connect ECONNREFUSED');
    const answer = await operation();
    if (this.latencyMs > 0) await this.clock.sleep(this.latencyMs / 2);
    return answer;
  }
}
