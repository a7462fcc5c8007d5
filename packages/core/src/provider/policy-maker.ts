import { KeyedGate } from '../engine/gates/keyed-gate.js';
import { isKeyable, type Environment, type Policy, type PolicySpec } from '../engine/policy.js';

/** Makes the live policies of one provider, and closes them with it. */
export class PolicyMaker {
  /** Policies for which newer settings have no place. Calls that wait in them go on waiting. */
  private dropped: WeakRef<Policy>[] = [];
  private isClosed = false;

  constructor(private readonly environment: Environment) {}

  /** A policy that the provider's methods share, or one of an `operation` alone. */
  make(spec: PolicySpec, operation?: string): Policy {
    const environment = operation === undefined ? this.environment : environmentOf(operation, this.environment);
    const made = spec.create(environment);
    const policy = isKeyable(made) ? new KeyedGate(made, environment) : made;
    if (this.isClosed) policy.close?.();
    return policy;
  }

  /** Kept only for as long as a call is in it. */
  drop(policy: Policy): void {
    this.dropped = [...this.dropped.filter((ref) => ref.deref() !== undefined), new WeakRef(policy)];
  }

  /** Releases every timer and every waiting call of these policies, and of those that were dropped. */
  close(policies: Iterable<Policy>): void {
    this.isClosed = true;
    for (const policy of policies) policy.close?.();
    for (const dropped of this.dropped) dropped.deref()?.close?.();
  }
}

/** The environment of a policy of one operation's own: what it tells is about that operation, also where no call is. */
function environmentOf(operation: string, environment: Environment): Environment {
  const { emit } = environment;
  return { ...environment, operation, emit: (type, detail, of = operation) => emit(type, detail, of) };
}
