import { contextOf, workInContext } from './current-call.js';
import { KeyedGate } from './keyed-gate.js';
import type { LiveCall, Next, Waiting } from './live-call.js';
import { CANCELLED, REFUSED } from '../outcome/outcome.js';
import { isFaultInjector, isGate, isWrapper, type Environment, type Gate, type Policy } from './policy.js';

/** The policies of one method, linked once. Wrappers call each other; the gates of an attempt run in one function. */
export class Pipeline {
  // All of them are given their values by `link`.
  private linked!: readonly Policy[];
  private gates!: readonly Gate[];
  /** The same for calls that have no key: what is keyed is not even asked. */
  private plainGates!: readonly Gate[];
  private first!: Next<unknown>;
  private work!: (call: LiveCall) => unknown;

  /** `policies` are in order, outermost first: wrappers, then gates, then what injects faults. */
  constructor(
    policies: readonly Policy[],
    private readonly environment: Environment,
  ) {
    this.link(policies);
  }

  get policies(): readonly Policy[] {
    return this.linked;
  }

  /** Puts other policies in place of those it has, from the next attempt on. What is in flight leaves the gates that it entered. */
  link(policies: readonly Policy[]): void {
    this.linked = policies;
    this.gates = policies.filter(isGate);
    this.plainGates = this.gates.map((gate) => (gate instanceof KeyedGate ? gate.plain : gate));
    const attempt: Next<unknown> = (call) => this.attempt(call);
    const wrappers = policies.filter(isWrapper);
    const innermost = wrappers.at(-1);
    this.first = wrappers.reduceRight<Next<unknown>>(
      (next, wrapper) =>
        wrapper === innermost && wrapper.watch !== undefined
          ? (call) => this.attempt(wrapper.watch!(call, attempt))
          : (call) => wrapper.execute(call, next),
      attempt,
    );
    const injector = policies.find(isFaultInjector);
    this.work = injector === undefined ? workInContext : (call) => injector.inject(call, workInContext);
  }

  run(call: LiveCall): Promise<unknown> {
    return this.first(call);
  }

  private attempt(call: LiveCall): Promise<unknown> {
    call.gates = call.key === undefined ? this.plainGates : this.gates;
    call.tickets = new Array<unknown>(call.gates.length);
    return this.enter(call, 0);
  }

  /** Enters the gates from the given one on. A refusal is handed on and not thrown: throwing is most of what failing fast would cost. */
  private enter(call: LiveCall, from: number): Promise<unknown> {
    const { gates, tickets } = call;
    for (let i = from; i < gates.length; i++) {
      if (call.aborted) return refuse(call, i, call.reason);
      let ticket: unknown;
      try {
        ticket = gates[i]!.enter(call);
      } catch (error) {
        return refuse(call, i, error);
      }
      if (ticket instanceof Promise) return this.enterLater(call, i, ticket);
      if (ticket instanceof Error) return refuse(call, i, ticket);
      tickets[i] = ticket;
    }
    // A gate's listeners may give the call up, as anybody may.
    return call.aborted ? refuse(call, gates.length, call.reason) : this.perform(call);
  }

  private enterLater(call: LiveCall, at: number, waiting: Promise<unknown>): Promise<unknown> {
    return waiting.then(
      (ticket) => this.goOn(call, at, ticket),
      (error: unknown) => refuse(call, at, error),
    );
  }

  private goOn(call: LiveCall, at: number, ticket: unknown): Promise<unknown> {
    call.tickets[at] = ticket;
    call.forgetTime();
    const refusal = call.aborted ? undefined : renew(call, at);
    return refusal === undefined ? this.enter(call, at + 1) : refuse(call, at + 1, refusal);
  }

  /** Not an async function: what it would allocate is a third of what a call costs. */
  private perform(call: LiveCall): Promise<unknown> {
    let work: Promise<unknown>;
    try {
      call.startWork();
      const doing = this.work(call);
      // Asked once only: some libraries' queries are sent again by every `then`.
      work = doing instanceof Promise ? doing : Promise.resolve(doing);
    } catch (error) {
      this.failed(call, error, undefined);
      return rejected(call, error);
    }
    if (call.interruptible) return this.performUnlessGivenUp(call, work);
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

  private performUnlessGivenUp(call: LiveCall, work: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ending = new Ending(this, call, work, resolve, reject);
      // What ends after it was given up has a handler, and no say.
      work.then(
        (value) => ending.succeed(value),
        (error: unknown) => ending.fail(error),
      );
      if (call.aborted) ending.giveUp(call.reason);
      else call.awaitedBy(ending);
    });
  }

  /** Notes that an attempt has ended well. Gives what comes of it. */
  succeeded(call: LiveCall, value: unknown): unknown {
    const outcome = this.environment.classify({ ok: true, value }, call);
    call.end(outcome);
    const { gates, tickets } = call;
    for (let i = gates.length - 1; i >= 0; i--) gates[i]!.leave(tickets[i], outcome, call);
    return call.watcher === undefined ? value : call.watcher.succeeded(value);
  }

  /** Notes how an attempt failed, or that it was given up while `work` goes on. */
  failed(call: LiveCall, error: unknown, work: Promise<unknown> | undefined): void {
    const cancelled = call.cancelled && error === call.reason;
    call.end(cancelled ? CANCELLED : this.environment.classify({ ok: false, error }, call));
    leave(call, call.gates.length, work);
  }
}

/** The end of an attempt that somebody may give up: that of its work, or before. */
class Ending implements Waiting {
  constructor(
    private readonly pipeline: Pipeline,
    private readonly call: LiveCall,
    private readonly work: Promise<unknown>,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    // It may be given up by a timer, or by somebody else's call: what goes on then goes on in the caller's context.
    if (call.watcher !== undefined) contextOf(call);
  }

  succeed(value: unknown): void {
    this.call.workSettled();
    this.take(value);
  }

  take(value: unknown): void {
    const { call } = this;
    if (!call.ended) this.resolve(this.pipeline.succeeded(call, value));
  }

  fail(error: unknown): void {
    const { call } = this;
    call.workSettled();
    if (call.ended) return;
    this.pipeline.failed(call, error, undefined);
    const goingOn = call.watcher?.failed(error);
    if (goingOn === undefined) this.reject(error);
    else this.resolve(goingOn);
  }

  giveUp(reason: unknown): void {
    const { call, pipeline } = this;
    pipeline.failed(call, reason, this.work);
    if (call.watcher === undefined) this.reject(reason);
    else this.resolve(call.context!.runInAsyncScope(() => Promise.resolve().then(() => rejected(call, reason))));
  }
}

/** What comes of an attempt that has failed. */
function rejected(call: LiveCall, error: unknown): Promise<unknown> {
  return call.watcher?.failed(error) ?? soonRejected(error);
}

const SETTLED = Promise.resolve();

/** Rejected once whoever called has had the time to listen: what nobody listens to yet, Node notes as unhandled, which is most of what a refusal costs. */
function soonRejected(reason: unknown): Promise<never> {
  return new Promise((_resolve, reject) => void SETTLED.then(() => reject(reason)));
}

/** Asks the gates above one in which the call has waited whether it may go on. */
function renew(call: LiveCall, waitedIn: number): Error | undefined {
  const { gates, tickets } = call;
  for (let i = 0; i < waitedIn; i++) {
    const ticket = gates[i]!.renew?.(tickets[i], call);
    if (ticket instanceof Error) return ticket;
    if (ticket !== undefined) tickets[i] = ticket;
  }
  return undefined;
}

function refuse(call: LiveCall, entered: number, reason: unknown): Promise<unknown> {
  call.end(REFUSED);
  leave(call, entered, undefined);
  return rejected(call, reason);
}

/** Leaves the gates that were entered, in reverse order. `working` is what goes on although the attempt was given up. */
function leave(call: LiveCall, entered: number, working: Promise<unknown> | undefined): void {
  const { gates, tickets } = call;
  for (let i = entered - 1; i >= 0; i--) {
    const gate = gates[i]!;
    if (working !== undefined && gate.outlive !== undefined) gate.outlive(tickets[i], working);
    else gate.leave(tickets[i], call.outcome!, call);
  }
}
