import type { LiveCall } from '../../call.js';
import type { Outcome } from '../../outcome.js';
import { keyedEnvironment } from '../../keyed-gate.js';
import type { Environment, KeyableGate } from '../../policy.js';
import { WaitQueue } from '../../wait-queue.js';
import { BulkheadFullError } from './bulkhead-full.error.js';
import type { BulkheadSettings } from './bulkhead.options.js';

/**
 * Lets a limited number of calls run at once. A freed slot goes to the head of the queue before any newcomer, and a call that
 * was given up keeps its slot until its work settles: else the limit would be fiction.
 */
export class Bulkhead implements KeyableGate<undefined> {
  readonly kind = 'bulkhead';
  private active = 0;
  private abandoned = 0;
  private counters = { admitted: 0, refused: 0 };
  private readonly queue: WaitQueue;

  constructor(
    private settings: BulkheadSettings,
    private readonly environment: Environment,
  ) {
    this.queue = new WaitQueue(environment.clock);
  }

  enter(call: LiveCall): undefined | Promise<undefined> {
    if (this.active >= this.settings.concurrency) {
      if (this.queue.size >= this.settings.queue) throw this.refusal('queue-full', call);
      return this.waitForSlot(call);
    }
    this.active++;
    this.counters.admitted++;
    return undefined;
  }

  leave(_ticket: undefined, _outcome: Outcome, _call: LiveCall): void {
    this.release();
  }

  outlive(_ticket: undefined, work: Promise<unknown>): void {
    this.abandoned++;
    const settled = () => {
      this.abandoned--;
      this.release();
    };
    work.then(settled, settled);
  }

  forKey(): Bulkhead {
    return new Bulkhead(this.settings, keyedEnvironment(this.environment));
  }

  idle(): boolean {
    return this.active === 0 && this.queue.size === 0;
  }

  snapshot(): Readonly<Record<string, unknown>> {
    const { active, abandoned, queue, settings, counters } = this;
    return { concurrency: settings.concurrency, active, abandoned, queued: queue.size, ...counters };
  }

  reconfigure(settings: BulkheadSettings): void {
    this.settings = settings;
    while (this.active < settings.concurrency && this.queue.admitFirst()) this.active++;
  }

  close(): void {
    this.queue.rejectAll(() => new BulkheadFullError('closed', { provider: this.environment.provider }));
  }

  private async waitForSlot(call: LiveCall): Promise<undefined> {
    const { wait = Infinity } = this.settings;
    await this.queue.join(call, wait, () => this.refusal('waited-too-long', call));
    this.counters.admitted++;
    return undefined;
  }

  /** The slot passes straight to the head of the queue: it is never free in between. */
  private release(): void {
    if (this.active > this.settings.concurrency || !this.queue.admitFirst()) this.active--;
  }

  private refusal(why: 'queue-full' | 'waited-too-long', call: LiveCall): BulkheadFullError {
    this.counters.refused++;
    this.environment.emit('bulkhead.refused', { why }, call.operation);
    return new BulkheadFullError(why, { provider: call.provider, operation: call.operation });
  }
}
