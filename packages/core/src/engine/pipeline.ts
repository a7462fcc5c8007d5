import { AttemptPath } from './attempt/attempt-path.js';
import { observed, ObservedEntrance, type CallObserver } from './attempt/call-observer.js';
import type { Next } from './live-call.js';
import { isFaultInjector, isGate, isWrapper, type Environment, type Policy, type Wrapper } from './policy.js';

/** The policies of one method. Wrappers call each other; the gates of an attempt stand on one path. */
export class Pipeline {
  /**
   * Sends a call through the policies. A property, so that no frame stands between the provider and the outermost
   * policy.
   */
  run!: Next<unknown>;
  /** Answers a call that need not be made: see `Wrapper`. `undefined` where each has to be. */
  peek: Wrapper['peek'] = undefined;
  private used!: readonly Policy[];
  /** The path of the next attempt. */
  private path!: AttemptPath;

  /**
   * `policies` are in order, outermost first: wrappers, then gates, then a fault injector. `observers` returns those
   * that watch its calls, and is asked whenever policies are replaced.
   */
  constructor(
    policies: readonly Policy[],
    private readonly environment: Environment,
    private readonly observers: () => readonly CallObserver[] = none,
  ) {
    this.use(policies);
  }

  get policies(): readonly Policy[] {
    return this.used;
  }

  /** Replaces the policies from the next attempt on. Attempts in flight leave the gates that they entered. */
  use(policies: readonly Policy[]): void {
    this.used = policies;
    const observers = this.observers();
    const { entrance } = this.environment;
    const environment =
      observers.length === 0
        ? this.environment
        : { ...this.environment, entrance: new ObservedEntrance(entrance, observers) };
    const gates = policies.filter(isGate);
    this.path = new AttemptPath(gates, policies.find(isFaultInjector), environment);
    const attempt: Next<unknown> = (call) => this.path.enter(call, 0);
    const wrappers = policies.filter(isWrapper);
    for (const [at, wrapper] of wrappers.entries()) {
      wrapper.above?.(gates);
      wrapper.within?.(wrappers.slice(0, at));
    }
    const innermost = wrappers.at(-1);
    const run = wrappers.reduceRight<Next<unknown>>((next, wrapper) => {
      if (wrapper !== innermost || wrapper.watch === undefined) {
        return named(wrapper.kind, (call) => wrapper.execute(call, next));
      }
      return named(wrapper.kind, (call) => this.path.enter(wrapper.watch!(call, attempt), 0));
    }, attempt);
    this.run = observed(run, observers);
    const [outermost] = wrappers;
    const { peek } = outermost ?? {};
    // Observers see every call.
    this.peek = observers.length > 0 ? undefined : peek?.bind(outermost);
  }
}

function none(): readonly CallObserver[] {
  return [];
}

/** The name by which stack traces show it. */
function named(name: string, next: Next<unknown>): Next<unknown> {
  return Object.defineProperty(next, 'name', { value: name });
}
