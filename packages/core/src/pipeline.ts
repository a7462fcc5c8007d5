import type { LiveCall, Next } from './call.js';
import { workInContext } from './call-context.js';
import { KeyedGate } from './keyed-gate.js';
import { CANCELLED, REFUSED, type Outcome } from './outcome.js';
import { isFaultInjector, isGate, isWrapper, type Environment, type Gate, type Policy } from './policy.js';

/** The policies of one method, linked once. Wrappers call each other; the gates of an attempt run in one function. */
export class Pipeline {
  private linked: readonly Policy[];
  private gates: readonly Gate[];
  /** The same for calls that have no key: what is keyed is not even asked. */
  private plainGates: readonly Gate[];
  private first: Next<unknown>;
  private work: (call: LiveCall) => unknown;

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
    this.first = policies
      .filter(isWrapper)
      .reduceRight<Next<unknown>>((next, wrapper) => (call) => wrapper.execute(call, next), attempt);
    const injector = policies.find(isFaultInjector);
    this.work = injector === undefined ? workInContext : (call) => injector.inject(call, workInContext);
  }

  run(call: LiveCall): Promise<unknown> {
    return this.first(call);
  }

  private async attempt(call: LiveCall): Promise<unknown> {
    if (call.aborted) throw call.reason;
    const gates = call.key === undefined ? this.plainGates : this.gates;
    const tickets = new Array<unknown>(gates.length);
    let entered = 0;
    let outcome = REFUSED;
    let work: Promise<unknown> | undefined;
    try {
      for (; entered < gates.length; entered++) {
        const ticket = gates[entered]!.enter(call);
        if (!(ticket instanceof Promise)) {
          tickets[entered] = ticket;
          continue;
        }
        tickets[entered] = await ticket;
        call.forgetTime();
        if (!call.aborted) continue;
        entered++;
        throw call.reason;
      }
      outcome = CANCELLED;
      call.startWork();
      const doing = this.work(call);
      // Asked once only: some libraries' queries are sent again by every `then`.
      if (call.interruptible) work = Promise.resolve(doing);
      const value = await (work === undefined ? doing : call.race(work));
      outcome = this.environment.classify({ ok: true, value });
      return value;
    } catch (error) {
      if (outcome !== REFUSED) outcome = this.outcomeOf(error, call);
      throw error;
    } finally {
      call.end(outcome);
      for (let i = entered - 1; i >= 0; i--) {
        const gate = gates[i]!;
        if (gate.outlive !== undefined && call.abandoned) gate.outlive(tickets[i], work!);
        else gate.leave(tickets[i], outcome, call);
      }
    }
  }

  private outcomeOf(error: unknown, call: LiveCall): Outcome {
    return call.cancelled && error === call.reason ? CANCELLED : this.environment.classify({ ok: false, error });
  }
}
