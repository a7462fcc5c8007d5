import type { LiveCall } from '../../engine/live-call.js';
import type { Environment, Gate } from '../../engine/policy.js';
import { DEFAULT_PRICE, isWithin, priceWithin, type Price, type Priority } from '../../engine/price.js';
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
    const own = isFixed(settings) ? settings : this.priceOf(call);
    call.price = isWithin(call.price) ? priceWithin(call.price.lender, own) : own;
    return undefined;
  }

  leave(): void {}

  reconfigure(settings: PriceSettings): void {
    this.settings = settings;
  }

  private priceOf(call: LiveCall): Price {
    const { cost, priority, wait } = this.settings;
    return {
      cost: typeof cost === 'function' ? this.said('cost', cost, call, costOf) : cost,
      priority: typeof priority === 'function' ? this.said('priority', priority, call, priorityOf) : priority,
      wait,
    };
  }

  /** A function that throws or returns what is no price is reported, and the call goes at the usual price. */
  private said<K extends 'cost' | 'priority'>(
    option: K,
    ask: (...args: unknown[]) => unknown,
    call: LiveCall,
    check: (said: unknown) => Price[K],
  ): Price[K] {
    try {
      return check(ask(...call.args));
    } catch (error) {
      this.environment.callbackFailed(`rateLimit.${option}`, error, call.operation);
      return DEFAULT_PRICE[option];
    }
  }
}

function costOf(said: unknown): number {
  if (Number.isSafeInteger(said) && (said as number) >= 0) return said as number;
  throw misused(said, 'a whole number from 0');
}

function priorityOf(said: unknown): Priority {
  if (said === 'foreground' || said === 'background') return said;
  throw misused(said, "'foreground' or 'background'");
}

function misused(said: unknown, right: string): TypeError {
  // Nothing waits for it, so its rejection would be unhandled.
  if (said instanceof Promise) said.catch(() => undefined);
  return new TypeError(`returned ${typeof said === 'number' ? String(said) : typeof said}; expected ${right}`);
}

function isFixed(settings: PriceSettings): settings is Price {
  return typeof settings.cost !== 'function' && typeof settings.priority !== 'function';
}
