import type { LiveCall, Next } from './call.js';
import { workInContext } from './call-context.js';
import { CANCELLED, REFUSED, type Outcome } from './outcome.js';
import { isGate, type Environment, type Gate, type Policy, type Wrapper } from './policy.js';

/** The policies of one method, linked once. Wrappers call each other; the gates of an attempt run in one function. */
export class Pipeline {
  private readonly gates: readonly Gate[];
  private readonly first: Next<unknown>;

  /** `policies` are in order, outermost first: wrappers, then gates. */
  constructor(
    readonly policies: readonly Policy[],
    private readonly environment: Environment,
  ) {
    this.gates = policies.filter(isGate);
    const wrappers = policies.filter((policy): policy is Wrapper => !isGate(policy));
    const attempt: Next<unknown> = (call) => this.attempt(call);
    this.first = wrappers.reduceRight<Next<unknown>>((next, wrapper) => (call) => wrapper.execute(call, next), attempt);
  }

  run(call: LiveCall): Promise<unknown> {
    return this.first(call);
  }

  private async attempt(call: LiveCall): Promise<unknown> {
    if (call.aborted) throw call.reason;
    const { gates } = this;
    const { clock } = this.environment;
    const tickets = new Array<unknown>(gates.length);
    let now = (call.startedAt = clock.now());
    let entered = 0;
    let outcome = REFUSED;
    let work: unknown;
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
      work = workInContext(call);
      const value = await (call.interruptible ? call.race(Promise.resolve(work)) : work);
      outcome = this.environment.classify({ ok: true, value });
      return value;
    } catch (error) {
      if (outcome !== REFUSED) outcome = this.outcomeOf(error, call);
      throw error;
    } finally {
      call.ended = true;
      if (outcome.kind === 'unknown' || outcome.kind === 'cancelled') call.doubt();
      const end = clock.now();
      for (let i = entered - 1; i >= 0; i--) {
        const gate = gates[i]!;
        if (gate.outlive !== undefined && call.abandoned) gate.outlive(tickets[i], work as Promise<unknown>);
        else gate.leave(tickets[i], outcome, end, end - now);
      }
    }
  }

  private outcomeOf(error: unknown, call: LiveCall): Outcome {
    return call.cancelled && error === call.reason ? CANCELLED : this.environment.classify({ ok: false, error });
  }
}
