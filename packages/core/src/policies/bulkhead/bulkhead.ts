import type { LiveCall } from '../../engine/live-call.js';
import type { Outcome } from '../../outcome/outcome.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { WaitQueue } from '../../engine/gates/wait-queue.js';
import type { AdaptiveLimit } from './adaptive-limit.js';
import { Admission } from './admission.js';
import { BulkheadFullError } from './bulkhead-full.error.js';
import type { BulkheadSettings } from './bulkhead.options.js';
import { createAdaptiveLimit } from './create-adaptive-limit.js';
import type { BulkheadEvents, BulkheadSnapshot } from './bulkhead.telemetry.js';

const SUMMED = ['active', 'abandoned', 'queued'] as const;

/** A slot of one bulkhead, where there is no more to know of it: one object for all calls. */
class Slot {
  readonly admission = undefined;
}

/** The ticket of a call that is made within one that holds a slot: it takes none. */
const WITHIN = Object.freeze({ admission: undefined });

/** The slot that a call holds while it is inside. */
type Ticket = Slot | Admission | typeof WITHIN;

/**
 * Lets a limited number of calls run at once. A freed slot goes to the head of the queue before any newcomer, and an
 * aborted call keeps its slot until its work settles: otherwise the limit would be fiction. A call that is made within
 * one that holds a slot passes with it where all are taken: if it waited, the outer call would wait for itself.
 */
export class Bulkhead implements KeyableGate<Ticket> {
  readonly kind = 'bulkhead';
  readonly summed = SUMMED;
  private active = 0;
  private abandoned = 0;
  private readonly counters = { admitted: 0, refused: 0 };
  private adaptive: AdaptiveLimit | undefined;
  private readonly queue: WaitQueue<Ticket>;
  private readonly slot = new Slot();
  private readonly tooLong = (call: LiveCall) => this.refusal('waited-too-long', call);
  /** A call inside that the calls made in its work find, as it came when no slot was left. */
  private found: LiveCall | undefined;

  constructor(
    private settings: BulkheadSettings,
    private readonly environment: EnvironmentOf<BulkheadEvents>,
  ) {
    this.queue = new WaitQueue<Ticket>(environment.clock);
    if (settings.adaptive !== undefined) this.adaptive = createAdaptiveLimit(settings.concurrency, settings.adaptive);
  }

  enter(call: LiveCall): Ticket | Promise<Ticket> | BulkheadFullError {
    // A fixed limit, and more slots than this one.
    if (this.adaptive === undefined && this.active + 1 < this.settings.concurrency) {
      this.active++;
      this.counters.admitted++;
      return this.slot;
    }
    if (this.active < this.limit) {
      const ticket = this.admit(call, ++this.active);
      this.findable(call);
      return ticket;
    }
    if (this.isWithin(call)) return this.admitWithin();
    return this.refusalOf(call) ?? this.waitForSlot(call);
  }

  leave(ticket: Ticket, outcome: Outcome, call: LiveCall): void {
    if (ticket === WITHIN) return;
    if (call === this.found) this.found = undefined;
    // A fixed limit does not change, and no call waits.
    if (this.adaptive === undefined && this.queue.size === 0) {
      this.active--;
      return;
    }
    const before = this.limit;
    const { admission } = ticket;
    admission?.end(outcome);
    this.release();
    this.tellOfLimit(before, admission?.call);
  }

  outlive(ticket: Ticket, work: Promise<unknown>): void {
    if (ticket === WITHIN) return;
    const before = this.limit;
    const { admission } = ticket;
    admission?.end(admission.call.outcome!);
    this.abandoned++;
    const settled = () => {
      this.abandoned--;
      this.release();
    };
    work.then(settled, settled);
    this.tellOfLimit(before, admission?.call);
  }

  forKey(environment: EnvironmentOf<BulkheadEvents>): Bulkhead {
    const bulkhead = new Bulkhead(this.settings, environment);
    if (this.queue.closed) bulkhead.close();
    return bulkhead;
  }

  /** Calls inside are counted elsewhere, and no call waits while none is inside. */
  idle(): boolean {
    return true;
  }

  snapshot(): BulkheadSnapshot {
    const { limit, active, abandoned, queue, settings, counters, adaptive } = this;
    const { concurrency } = settings;
    return {
      concurrency,
      limit,
      active,
      abandoned,
      queued: queue.size,
      ...counters,
      ...(adaptive && { adaptive: adaptive.snapshot() }),
    };
  }

  reconfigure(settings: BulkheadSettings): void {
    const { adaptive, settings: before, limit } = this;
    this.settings = settings;
    if (settings.adaptive === undefined) this.adaptive = undefined;
    else if (before.adaptive?.algorithm === settings.adaptive.algorithm) adaptive!.reconfigure(settings.adaptive);
    else this.adaptive = createAdaptiveLimit(adaptive === undefined ? settings.concurrency : limit, settings.adaptive);
    this.admitWaiting();
    this.tellOfLimit(limit);
  }

  close(): void {
    this.queue.close((call) => this.refusal('closed', call));
  }

  /** How many may run at once at the moment. */
  private get limit(): number {
    return this.adaptive === undefined ? this.settings.concurrency : this.adaptive.limit;
  }

  /** Why a call may not wait: too many do already, or the bulkhead is closed. */
  private refusalOf(call: LiveCall): BulkheadFullError | undefined {
    if (this.queue.size >= this.settings.queue) return this.refusal('queue-full', call);
    return this.queue.closed ? this.refusal('closed', call) : undefined;
  }

  /** Whether it is made, at whatever depth, in the work of a call that holds a slot here. */
  private isWithin({ parent }: LiveCall): boolean {
    for (let outer = parent; outer !== undefined && !outer.ended; outer = outer.parent) {
      if (outer.tickets.some((ticket) => this.isSlot(ticket))) return true;
    }
    return false;
  }

  /** Where the gate has state for each key, its ticket holds the one from here. */
  private isSlot(ticket: unknown): boolean {
    if (ticket === this.slot || (ticket instanceof Admission && ticket.slot === this.slot)) return true;
    return typeof ticket === 'object' && ticket !== null && 'ticket' in ticket && this.isSlot(ticket.ticket);
  }

  private admitWithin(): Ticket {
    this.counters.admitted++;
    return WITHIN;
  }

  private waitForSlot(call: LiveCall): Promise<Ticket> {
    const { wait = Infinity } = this.settings;
    const turn = this.queue.join(call, wait, this.tooLong);
    // An attempt goes on a step later: a hedge hears first of the answer that has freed the slot, and needs it no more.
    return call.operationCall === undefined ? turn : turn.then((ticket) => ticket);
  }

  /**
   * Sees to it that one call inside is found by the calls that its work makes, once no slot is left: that one goes on
   * whatever the others wait for.
   */
  private findable(call: LiveCall): void {
    if (this.active < this.limit || this.found?.ended === false) return;
    this.found = call;
    call.nested.wanted = true;
  }

  private admit(call: LiveCall, inFlight: number): Ticket {
    this.counters.admitted++;
    if (this.adaptive === undefined) return this.slot;
    call.timeWork();
    return new Admission(call, this.adaptive, { inFlight, slot: this.slot });
  }

  /** Told only once all waiting calls that fit were admitted: otherwise a listener's call could overtake them. */
  private tellOfLimit(before: number, call?: LiveCall): void {
    const { limit } = this;
    if (limit !== before) this.environment.emit('bulkhead.limitChanged', { limit, before }, call?.operation);
  }

  private release(): void {
    this.active--;
    this.admitWaiting();
  }

  /** A free slot passes straight to the head of the queue: no newcomer finds it. */
  private admitWaiting(): void {
    while (this.active < this.limit) {
      const { first } = this.queue;
      if (first === undefined) return;
      const ticket = this.admit(first, ++this.active);
      this.findable(first);
      this.queue.admitFirst(ticket);
    }
  }

  private refusal(why: BulkheadFullError['why'], call: LiveCall): BulkheadFullError {
    this.counters.refused++;
    this.environment.emit('bulkhead.refused', { why }, call.operation);
    return new BulkheadFullError(why, { provider: call.provider, operation: call.operation });
  }
}
