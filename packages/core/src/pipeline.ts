import type { LiveCall, Next } from './call.js';
import { workInContext } from './call-context.js';
import { KeyedGate } from './keyed-gate.js';
import { CANCELLED, isInDoubt, REFUSED, type Outcome } from './outcome.js';
import { isGate, type Environment, type Gate, type Policy, type Wrapper } from './policy.js';

/** The policies of one method, linked once. Wrappers call each other; the gates of an attempt run in one function. */
export class Pipeline {
  private linked: readonly Policy[];
  private gates: readonly Gate[];
  /** The same for calls that have no key: what is keyed is not even asked. */
  private plainGates: readonly Gate[];
  private first: Next<unknown>;

  /** `policies` are in order, outermost first: wrappers, then gates. */
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
    const wrappers = policies.filter((policy): policy is Wrapper => !isGate(policy));
    const attempt: Next<unknown> = (call) => this.attempt(call);
    this.first = wrappers.reduceRight<Next<unknown>>((next, wrapper) => (call) => wrapper.execute(call, next), attempt);
  }

  run(call: LiveCall): Promise<unknown> {
    return this.first(call);
  }

  private async attempt(call: LiveCall): Promise<unknown> {
    if (call.aborted) throw call.reason;
    const gates = call.key === undefined ? this.plainGates : this.gates;
    const { clock } = this.environment;
    const tickets = new Array<unknown>(gates.length);
    let now = (call.startedAt = clock.now());
    let entered = 0;
    let outcome = REFUSED;
    let work: Promise<unknown> | undefined;
    try {
      while (entered < gates.length) {
        const ticket = gates[entered]!.enter(call, now);
        const waited = ticket instanceof Promise;
        tickets[entered] = waited ? await ticket : ticket;
        entered++;
        if (!waited) continue;
        if (call.aborted) throw call.reason;
        now = clock.now();
      }
      outcome = CANCELLED;
      const doing = workInContext(call);
      // Asked once only: some libraries' queries are sent again by every `then`.
      if (call.interruptible) work = Promise.resolve(doing);
      const value = await (work === undefined ? doing : call.race(work));
      outcome = this.environment.classify({ ok: true, value });
      return value;
    } catch (error) {
      if (outcome !== REFUSED) outcome = this.outcomeOf(error, call);
      throw error;
    } finally {
      call.ended = true;
      // A refusal by another provider may have come after something was done.
      if (isInDoubt(outcome) || (outcome.kind === 'refused' && outcome !== REFUSED)) call.doubt();
      const end = clock.now();
      for (let i = entered - 1; i >= 0; i--) {
        const gate = gates[i]!;
        if (gate.outlive !== undefined && call.abandoned) gate.outlive(tickets[i], work!);
        else gate.leave(tickets[i], outcome, end, end - now);
      }
    }
  }

  private outcomeOf(error: unknown, call: LiveCall): Outcome {
    return call.cancelled && error === call.reason ? CANCELLED : this.environment.classify({ ok: false, error });
  }
}
