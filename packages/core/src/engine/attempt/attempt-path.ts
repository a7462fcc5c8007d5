import { CANCELLED, REFUSED, type Outcome } from '../../outcome/outcome.js';
import { outcomeOfLast } from '../../outcome/reading/standard-outcome.js';
import { AbortableWork } from './abortable-work.js';
import { begin, beginTracked, continueInContext, isTracked, newContext, workInContext } from '../current-call.js';
import { isHeld, viewOf } from './held-response.js';
import { HeldStream } from './held-stream.js';
import type { Entrance } from './entrance.js';
import type { LiveCall } from '../live-call.js';
import type { Environment, FaultInjector, Gate } from '../policy.js';
import { rejected } from './rejected.js';

/**
 * The way of one attempt through the gates to the method and back. It enters each gate in order and leaves each that it
 * entered, once and in reverse order. No async function and no closure per gate: what they would allocate is a third of
 * what a call costs.
 */
export class AttemptPath {
  private readonly unkeyedGates: readonly Gate[];
  private readonly entrance: Entrance | undefined;

  constructor(
    private readonly gates: readonly Gate[],
    private readonly injector: FaultInjector | undefined,
    private readonly environment: Environment,
  ) {
    this.unkeyedGates = gates.map((gate) => gate.unkeyed ?? gate);
    this.entrance = environment.entrance;
  }

  /**
   * Enters the gates from the given one on, and begins the work. A refusal is handed on and not thrown: throwing is
   * most of what failing fast would cost. The work begins here and in no function between: the stack traces of its
   * errors show ten frames, the caller's among them.
   */
  enter(call: LiveCall, from: number): Promise<unknown> {
    const gates = this.gatesOf(call);
    if (from === 0) {
      call.tickets = new Array<unknown>(gates.length);
      const refusal = call.aborted ? undefined : this.entrance?.enter(call);
      if (refusal !== undefined) return this.refuse(call, 0, refusal);
    }
    for (let i = from; i < gates.length; i++) {
      if (call.aborted) return this.refuse(call, i, call.reason);
      let ticket: unknown;
      try {
        ticket = gates[i]!.enter(call);
      } catch (error) {
        return this.refuse(call, i, error);
      }
      if (ticket instanceof Promise) {
        if (i > 0) this.suspend(call, i, i);
        return this.enterLater(call, i, ticket);
      }
      if (ticket instanceof Error) return this.refuse(call, i, ticket);
      call.tickets[i] = ticket;
    }
    // A gate's listener may have aborted the call.
    if (call.aborted) return this.refuse(call, gates.length, call.reason);
    let work: Promise<unknown>;
    try {
      call.startWork();
      let doing: unknown;
      if (this.injector !== undefined) doing = this.injector.inject(call, workInContext);
      else if (isTracked(call)) doing = newContext(call).runInAsyncScope(beginTracked, undefined, call);
      else doing = begin(call);
      // Made a promise once only: some libraries' queries are sent again by every `then`.
      work = doing instanceof Promise ? doing : Promise.resolve(doing);
    } catch (error) {
      this.failed(call, error, undefined);
      return rejected(call, error);
    }
    return call.abortable ? new AbortableWork(this, call, work).end() : this.settle(call, work);
  }

  /** Ends an attempt that has gone well. Returns its value, or what its watcher makes of it. */
  succeeded(call: LiveCall, value: unknown): unknown {
    const outcome = this.environment.classify({ ok: true, value }, call);
    if (typeof value === 'object' && outcome.kind === 'success' && isHeld(value, call.origin.stream)) {
      return this.hold(call, value, outcome);
    }
    call.end(outcome);
    const gates = this.gatesOf(call);
    for (let i = gates.length - 1; i >= 0; i--) gates[i]!.leave(call.tickets[i], outcome, call);
    if (this.entrance !== undefined) this.entrance.leave(call);
    return call.watcher === undefined ? value : call.watcher.succeeded(value);
  }

  /** The caller gets the stream at once, and the attempt ends with it. */
  private hold(call: LiveCall, stream: AsyncIterable<unknown> | Response, outcome: Outcome): unknown {
    const { length } = this.gates;
    const end = {
      succeeded: (last: unknown) => this.end(call, length, outcomeOfLast(last) ?? outcome, undefined),
      abandoned: () => this.end(call, length, CANCELLED, undefined),
      failed: (error: unknown) => this.failed(call, error, undefined),
    };
    const held = new HeldStream(end, (step) => continueInContext(call, step));
    call.waiting = held;
    const view = viewOf(stream, held);
    return call.watcher === undefined ? view : call.watcher.succeeded(view);
  }

  /** Ends an attempt that has failed, or was aborted while `stillRunning` goes on. */
  failed(call: LiveCall, error: unknown, stillRunning: Promise<unknown> | undefined): void {
    const cancelled = call.cancelled && error === call.reason;
    if (call.requests === undefined || call.requests.none) call.origin.wire?.()?.missed(call, error);
    const outcome = cancelled ? CANCELLED : this.environment.classify({ ok: false, error }, call);
    this.end(call, this.gates.length, outcome, stillRunning);
  }

  /** Calls without a key pass no gate that looks for one. */
  private gatesOf(call: LiveCall): readonly Gate[] {
    return call.key === undefined ? this.unkeyedGates : this.gates;
  }

  private enterLater(call: LiveCall, at: number, waiting: Promise<unknown>): Promise<unknown> {
    return waiting.then(
      (ticket) => this.enterAfterWait(call, at, ticket),
      (error: unknown) => this.refuse(call, at, error),
    );
  }

  private enterAfterWait(call: LiveCall, at: number, ticket: unknown): Promise<unknown> {
    call.tickets[at] = ticket;
    call.forgetTime();
    const refusal = call.aborted ? undefined : this.renew(call, at);
    if (refusal === undefined) return this.enter(call, at + 1);
    if (!(refusal instanceof Promise)) return this.refuse(call, at + 1, refusal);
    return refusal.then(
      (later) => (later === undefined ? this.enter(call, at + 1) : this.refuse(call, at + 1, later)),
      (reason: unknown) => this.refuse(call, at + 1, reason),
    );
  }

  /** Tells the gates that were entered, other than the one in which the call is to wait. */
  private suspend(call: LiveCall, entered: number, waitsIn: number): void {
    const gates = this.gatesOf(call);
    for (let i = 0; i < entered; i++) if (i !== waitsIn) gates[i]!.suspend?.(call.tickets[i], call);
  }

  /** Asks the gates above the one in which the call has waited whether it may still go on. */
  private renew(call: LiveCall, waitedIn: number): Error | Promise<Error | undefined> | undefined {
    const gates = this.gatesOf(call);
    for (let i = 0; i < waitedIn; i++) {
      const ticket = gates[i]!.renew?.(call.tickets[i], call);
      if (ticket instanceof Error) return ticket;
      if (ticket instanceof Promise) return this.renewLater(call, { at: i, waitedIn }, ticket);
      if (ticket !== undefined) call.tickets[i] = ticket;
    }
    return undefined;
  }

  /** The call has to wait once more, and then all gates are asked again. */
  private async renewLater(
    call: LiveCall,
    { at, waitedIn }: { at: number; waitedIn: number },
    ticket: Promise<unknown>,
  ): Promise<Error | undefined> {
    this.suspend(call, waitedIn, at);
    call.tickets[at] = await ticket;
    call.forgetTime();
    return call.aborted ? undefined : this.renew(call, waitedIn);
  }

  private settle(call: LiveCall, work: Promise<unknown>): Promise<unknown> {
    return work.then(
      (value) => this.succeeded(call, value),
      (error: unknown) => {
        this.failed(call, error, undefined);
        const goingOn = call.watcher?.failed(error);
        if (goingOn === undefined) throw error;
        return goingOn;
      },
    );
  }

  private refuse(call: LiveCall, entered: number, reason: unknown): Promise<unknown> {
    this.end(call, entered, REFUSED, undefined);
    return rejected(call, reason);
  }

  private end(call: LiveCall, entered: number, outcome: Outcome, stillRunning: Promise<unknown> | undefined): void {
    const gates = this.gatesOf(call);
    call.end(outcome);
    for (let i = entered - 1; i >= 0; i--) {
      const gate = gates[i]!;
      if (stillRunning !== undefined && gate.outlive !== undefined) gate.outlive(call.tickets[i], stillRunning);
      else gate.leave(call.tickets[i], outcome, call);
    }
    this.entrance?.leave(call);
  }
}
