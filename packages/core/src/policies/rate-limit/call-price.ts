import type { LiveCall } from '../../engine/live-call.js';
import type { Environment, Gate } from '../../engine/policy.js';
import type { Price, Priority } from '../../engine/price.js';
import type { PriceSettings } from './rate-limit.options.js';

/** Sets the price of the calls of one method, by which the rate limit admits them. Refuses none itself. */
export class CallPrice implements Gate<undefined> {
  readonly kind = 'rateLimit';
  constructor(
    private settings: PriceSettings,
    private readonly environment: Environment,
  ) {}

  enter(call: LiveCall): undefined {
    const { settings } = this;
    call.price = isFixed(settings) ? settings : this.priceOf(call);
    return undefined;
  }

  leave(): void {}

  reconfigure(settings: PriceSettings): void {
    this.settings = settings;
  }

  private priceOf(call: LiveCall): Price {
    const { cost, priority } = this.settings;
    return {
      cost: typeof cost === 'function' ? this.checkedCost(cost(...call.args), call) : cost,
      priority: typeof priority === 'function' ? this.checkedPriority(priority(...call.args), call) : priority,
    };
  }

  private checkedCost(cost: unknown, call: LiveCall): number {
    if (Number.isSafeInteger(cost) && (cost as number) >= 0) return cost as number;
    throw this.misused('cost', cost, 'a whole number from 0', call);
  }

  private checkedPriority(priority: unknown, call: LiveCall): Priority {
    if (priority === 'foreground' || priority === 'background') return priority;
    throw this.misused('priority', priority, "'foreground' or 'background'", call);
  }

  private misused(option: string, given: unknown, right: string, { operation }: LiveCall): TypeError {
    const shown = typeof given === 'number' ? String(given) : typeof given;
    return new TypeError(
      `${this.environment.provider}.rateLimit.${option} gave ${shown} for ${operation}; expected ${right}`,
    );
  }
}

function isFixed(settings: PriceSettings): settings is Price {
  return typeof settings.cost !== 'function' && typeof settings.priority !== 'function';
}
