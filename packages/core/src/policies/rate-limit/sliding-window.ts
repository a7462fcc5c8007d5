import type { Change, Departures, TokenCount } from './token-count.js';

/** The smallest ring. */
const SMALLEST = 8;
/** Up to this limit every answer counts. */
const SMALL = 64;

export interface WindowSettings {
  /** The most tokens that any window may hold. */
  readonly limit: number;
  readonly perMs: number;
  /** How much later than it was sent a call may arrive. */
  readonly marginMs: number;
  /**
   * Calls that are to leave in one such slice leave together, so that many take little room. 0 counts each by itself.
   */
  readonly sliceMs: number;
  /** Whether a call that was answered is counted from then on, rather than for the whole margin. */
  readonly untilAnswered: boolean;
}

/**
 * A sliding window that never holds more than its limit, wherever it begins: a ring of the last departures, or of
 * slices of them. A call is counted until `per` after it has certainly arrived: after its answer, or the margin after
 * it was sent, whichever is sooner. So what is late on its way breaks no limit. It leaves no sooner than the one before
 * it.
 */
export class SlidingWindow implements TokenCount {
  readonly most: number;
  private taken = 0;
  private readonly ids: number[] = [];
  private readonly leavesAt: number[] = [];
  private readonly tokens: number[] = [];
  private head = 0;
  private tail = 0;
  private size = 0;
  private lastId = 0;
  /** How late the latest answer came, at most the margin: those to come are expected to be as late. */
  private latenessMs: number;
  private readonly sliceMs: number;
  /** How long a call is counted from when it is sent, where no answer shortens that. */
  private readonly heldMs: number;

  constructor(private readonly settings: WindowSettings) {
    this.most = settings.limit;
    this.sliceMs = settings.sliceMs;
    this.heldMs = settings.perMs + settings.marginMs;
    this.latenessMs = settings.untilAnswered ? 0 : settings.marginMs;
  }

  waitMs(now: number, tokens: number): number {
    if (this.taken + tokens <= this.most) return 0;
    // A call behind a full window in line waits for those before it in line, which leave a period later.
    const rounds = Math.max(0, Math.ceil(tokens / this.most) - 1);
    const first = tokens - rounds * this.most;
    return this.waitForRoom(now, this.taken + first - this.most) + rounds * (this.settings.perMs + this.latenessMs);
  }

  take(now: number, tokens: number): number {
    this.forget(now);
    return this.push(now + this.heldMs, tokens);
  }

  answered(receipt: number, now: number): void {
    const place = this.find(receipt);
    if (place === undefined || !this.settings.untilAnswered) return;
    const { perMs, marginMs } = this.settings;
    const leavesAt = this.leavesAt[place]!;
    this.latenessMs = Math.min(marginMs, Math.max(0, now - (leavesAt - perMs - marginMs)));
    this.leavesAt[place] = Math.min(leavesAt, now + perMs);
  }

  settle({ receipt, takenAt, from, to }: Change, now: number): number {
    const place = this.find(receipt);
    if (place !== undefined) {
      this.taken += to - from;
      this.tokens[place]! += to - from;
      return receipt;
    }
    // A call that took nothing is not kept for long, and may have cost something nevertheless.
    const leavesAt = takenAt + this.heldMs;
    return from === 0 && leavesAt > now ? this.push(Math.max(leavesAt, this.leavesAt[this.tail]!), to) : receipt;
  }

  /** Where less than half of a large limit is taken nothing waits soon. */
  heedsAnswers(): boolean {
    return this.settings.untilAnswered && (this.most <= SMALL || this.taken * 2 >= this.most);
  }

  isFresh(now: number): boolean {
    this.forget(now);
    return this.taken === 0;
  }

  used(now: number): number {
    this.forget(now);
    return this.taken;
  }

  departures(now: number): Departures[] {
    this.forget(now);
    const found: Departures[] = [];
    for (let i = 0; i < this.size; i++) {
      const place = this.place(i);
      const tokens = this.tokens[place]!;
      if (tokens > 0) found.push({ at: this.leavesAt[place]! - this.settings.perMs, tokens });
    }
    return found;
  }

  adopt(departures: readonly Departures[], now: number): void {
    for (const { at, tokens } of departures) this.push(at + this.settings.perMs, tokens);
    this.forget(now);
  }

  private push(at: number, tokens: number): number {
    const { sliceMs } = this;
    this.taken += tokens;
    // Most often a slice takes more: then it is known when it leaves.
    if (sliceMs > 0 && this.size > 0 && this.leavesAt[this.tail]! >= at) {
      this.tokens[this.tail]! += tokens;
      return this.ids[this.tail]!;
    }
    if (this.size === this.ids.length) this.makeRoom();
    this.size++;
    this.tail = this.place(this.size - 1);
    this.ids[this.tail] = ++this.lastId;
    this.leavesAt[this.tail] = sliceMs === 0 ? at : Math.ceil(at / sliceMs) * sliceMs;
    this.tokens[this.tail] = tokens;
    return this.lastId;
  }

  /** Forgets what has left the window. */
  private forget(now: number): void {
    while (this.size > 0 && (this.leavesAt[this.head]! <= now || this.tokens[this.head] === 0)) {
      this.taken -= this.tokens[this.head]!;
      this.head = this.place(1);
      this.size--;
    }
  }

  /** Milliseconds until so many tokens have left, as far as is known now. */
  private waitForRoom(now: number, tokens: number): number {
    let leavesAt = now;
    for (let i = 0, left = 0; i < this.size && left < tokens; i++) {
      const place = this.place(i);
      left += this.tokens[place]!;
      leavesAt = Math.max(leavesAt, this.expectedAt(this.leavesAt[place]!, now));
    }
    return leavesAt - now;
  }

  /**
   * When a departure is expected to leave. Where more than one may be on its way, answers shorten no wait that has
   * begun: those that left together may arrive in any order, and the margin between them and the next is kept. A single
   * one may be answered at any moment.
   */
  private expectedAt(leavesAt: number, now: number): number {
    if (this.most > 1) return leavesAt;
    const { perMs, marginMs } = this.settings;
    return Math.min(leavesAt, Math.max(now, leavesAt - perMs - marginMs + this.latenessMs) + perMs);
  }

  /** Where a departure stands, most often the last one; `undefined` when it has left. */
  private find(id: number): number | undefined {
    if (this.size > 0 && this.ids[this.tail] === id) return this.tail;
    let from = 0;
    let to = this.size - 2;
    while (from <= to) {
      const middle = (from + to) >> 1;
      const place = this.place(middle);
      const found = this.ids[place]!;
      if (found === id) return place;
      if (found < id) from = middle + 1;
      else to = middle - 1;
    }
    return undefined;
  }

  /**
   * Drops what took nothing or was given back, and doubles the ring where that is not enough. Grows with what is in
   * use: a key that is used little stays small.
   */
  private makeRoom(): void {
    const kept: [id: number, leavesAt: number, tokens: number][] = [];
    let latest = -Infinity;
    for (let i = 0; i < this.size; i++) {
      const place = this.place(i);
      latest = Math.max(latest, this.leavesAt[place]!);
      if (this.tokens[place]! > 0) kept.push([this.ids[place]!, latest, this.tokens[place]!]);
    }
    const capacity = Math.max(SMALLEST, this.ids.length * (kept.length * 2 > this.ids.length ? 2 : 1));
    for (const list of [this.ids, this.leavesAt, this.tokens]) list.length = 0;
    for (let i = 0; i < capacity; i++) {
      const [id, leavesAt, tokens] = kept[i] ?? [0, 0, 0];
      this.ids.push(id);
      this.leavesAt.push(leavesAt);
      this.tokens.push(tokens);
    }
    this.head = 0;
    this.size = kept.length;
  }

  private place(index: number): number {
    return (this.head + index) & (this.ids.length - 1);
  }
}
