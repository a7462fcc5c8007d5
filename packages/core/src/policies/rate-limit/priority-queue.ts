import type { Clock } from '../../time/clock.js';
import type { LiveCall } from '../../engine/live-call.js';
import { WaitQueue, type Refusal } from '../../engine/gates/wait-queue.js';

/** Guards against what adding up shares loses to rounding. */
const ROUNDING = 1e-9;

/** A call that waits: what it costs, how urgent it is, and for how long it may. */
export interface Waiting {
  readonly cost: number;
  readonly background: boolean;
  readonly maxWaitMs: number;
  readonly tooLong: () => unknown;
}

/** When a call in line is served: after what costs so much together, in so many calls; and until when it may wait. */
export interface ExpectedTurn {
  readonly cost: number;
  readonly calls: number;
  readonly dueAt: number;
}

/**
 * Calls that wait in two classes. Foreground goes before background, which is guaranteed its share of what is admitted
 * while both wait; within a class it is first come first served.
 */
export class PriorityQueue<Turn> {
  private readonly foreground: WaitQueue<Turn>;
  private readonly background: WaitQueue<Turn>;
  /** The cost that background is owed for having been overtaken; that of no meaning while none of it waits. */
  private debt = 0;

  constructor(
    clock: Clock,
    /** Above 0, below 1. */
    public share: number,
    lastChance?: () => void,
  ) {
    this.foreground = new WaitQueue(clock, lastChance);
    this.background = new WaitQueue(clock, lastChance);
  }

  get size(): number {
    return this.foreground.size + this.background.size;
  }

  /** The cost of all who wait. */
  get cost(): number {
    return this.foreground.weight + this.background.weight;
  }

  get backgroundSize(): number {
    return this.background.size;
  }

  get closed(): boolean {
    return this.foreground.closed;
  }

  /** The cost of the call that goes next; `undefined` when none waits. */
  get nextCost(): number | undefined {
    return this.next().firstWeight;
  }

  /** Whether no other call stands before a newcomer. */
  isFirst(background: boolean): boolean {
    return this.size === 0 || (!background && this.foreground.size === 0 && !this.isBackgroundsTurn());
  }

  /** The cost of those that wait already and stand before a newcomer. */
  costAhead(cost: number, background: boolean): number {
    const own = background ? this.background.weight : this.foreground.weight;
    return own + this.costFromOthers(own, cost, background);
  }

  /** How many calls that is, but for those of the background that go before one in the foreground. */
  callsAhead(background: boolean): number {
    return background ? this.size : this.foreground.size;
  }

  join(call: LiveCall, { cost, background, maxWaitMs, tooLong }: Waiting): Promise<Turn> {
    if (this.background.size === 0) this.debt = 0;
    return (background ? this.background : this.foreground).join(call, maxWaitMs, tooLong, cost);
  }

  /** A call that did not have to wait goes on. */
  pass(cost: number): void {
    this.debt += cost * this.owedPerToken;
  }

  admitNext(turn: Turn): void {
    const next = this.next();
    const cost = next.firstWeight ?? 0;
    if (next === this.foreground) this.pass(cost);
    else this.debt = Math.max(0, this.debt - cost);
    next.admitFirst(turn);
  }

  refuseNext(refusal: Refusal): void {
    this.next().refuseFirst(refusal);
  }

  refuseLastInBackground(refusal: Refusal): void {
    this.background.refuseLast(refusal);
  }

  /**
   * Has those leave for whom `refusal` returns a reason, told what is admitted until each of them is and until when it
   * may wait.
   */
  refuseSome(refusal: (call: LiveCall, turn: ExpectedTurn) => unknown): void {
    for (const [queue, background] of [
      [this.foreground, false],
      [this.background, true],
    ] as const) {
      let calls = background ? this.foreground.size : 0;
      let before = 0;
      queue.refuseSome((call, { weight, dueAt }) => {
        const cost = before + weight + this.costFromOthers(before, weight, background);
        const refused = refusal(call, { cost, calls: calls + 1, dueAt });
        if (refused !== undefined) return refused;
        calls++;
        before += weight;
        return undefined;
      });
    }
  }

  close(refusal: Refusal): void {
    this.foreground.close(refusal);
    this.background.close(refusal);
  }

  /** The cost that the other class is admitted until a call is that has `own` of its own class before it. */
  private costFromOthers(own: number, cost: number, background: boolean): number {
    const { owedPerToken } = this;
    const owed = this.background.size === 0 ? 0 : this.debt;
    return background
      ? Math.min(this.foreground.weight, Math.max(0, Math.ceil((own + cost - owed) / owedPerToken - ROUNDING)))
      : Math.min(this.background.weight, Math.floor(owed + own * owedPerToken + ROUNDING));
  }

  private next(): WaitQueue<Turn> {
    return this.foreground.size === 0 || this.isBackgroundsTurn() ? this.background : this.foreground;
  }

  private isBackgroundsTurn(): boolean {
    return (this.background.firstWeight ?? Infinity) <= this.debt + ROUNDING;
  }

  /** Nine of the foreground owe one to a background whose share is a tenth. */
  private get owedPerToken(): number {
    return this.share / (1 - this.share);
  }
}
