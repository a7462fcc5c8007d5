import type { MethodPlan } from './method-plan.js';
import type { ProviderLayers } from './provider-layers.js';
import { RETRY_BUDGET, type RetryBudgetRates } from '../counting/retry-budget.js';
import type { Fault } from '../settings/fault.js';

/**
 * What a provider's retries and hedges may cost. It has one budget, wherever it is named: two that differ would be a contradiction.
 */
export class BudgetAgreement {
  readonly faults: Fault[] = [];
  private agreed: RetryBudgetRates | false | undefined;
  private definedBy = '';

  constructor(
    private readonly layers: ProviderLayers,
    /** Where the settings stand, for error messages. */
    private readonly path: string,
  ) {
    if (layers.faults.length > 0) return;
    this.join(layers.retryBudget(), path, this.faults);
    for (const method of layers.methods) {
      this.join(
        layers.retryBudget({ operation: method, method, policies: new Map() }),
        `${path}.methods.${method}`,
        this.faults,
      );
    }
  }

  /** The rates that hold; `false` for no limit. */
  get rates(): RetryBudgetRates | false {
    return this.agreed ?? RETRY_BUDGET;
  }

  /** Takes a method's word on the budget, if it has one. Adds to `faults` when it is another. */
  add(plan: MethodPlan, faults: Fault[]): void {
    this.join(this.layers.retryBudget(plan), plan.operation, faults);
  }

  private join(named: RetryBudgetRates | false | undefined, by: string, faults: Fault[]): void {
    if (named === undefined) return;
    if (this.agreed === undefined) {
      this.agreed = named;
      this.definedBy = by;
    } else if (JSON.stringify(named) !== JSON.stringify(this.agreed)) {
      faults.push({
        path: `${by}.retry.budget`,
        message: `differs from that of ${this.definedBy}, and the methods of a provider share one retry budget: name it once, at best in ${this.path}.retry`,
      });
    }
  }
}
