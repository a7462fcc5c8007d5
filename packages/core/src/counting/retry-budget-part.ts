import type { Environment, ProviderState } from '../engine/policy.js';
import { definePart, type PolicyPart } from '../engine/policy-kind.js';
import { retryBudgetOf, type RetryBudgetRates } from './retry-budget.js';

/**
 * The budget that all retries and hedges of a provider share, with the rates that `of` finds in the settings of a kind.
 */
export function retryBudgetPart<All>(of: (settings: All) => RetryBudgetRates | false): PolicyPart<All> {
  return definePart({
    name: 'retryBudget',
    scope: 'provider',
    option: 'budget',
    of,
    policy: RetryBudgetRatesOfProvider,
  });
}

/** Sets the rates of the provider's budget that its methods have agreed on. */
class RetryBudgetRatesOfProvider implements ProviderState {
  readonly kind = 'retryBudget';

  constructor(
    rates: RetryBudgetRates | false,
    private readonly environment: Environment,
  ) {
    this.reconfigure(rates);
  }

  reconfigure(rates: RetryBudgetRates | false): void {
    retryBudgetOf(this.environment).configure(rates);
  }
}
