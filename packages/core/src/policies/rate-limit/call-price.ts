import type { LiveCall } from '../../engine/live-call.js';
import type { Environment, Gate } from '../../engine/policy.js';
import { ASKING_PRICE, AskingPrice, type Priority } from './asking-price.js';
import type { PriceSettings } from './rate-limit.options.js';

/** What the calls of one method cost and how urgent they are. Refuses none: the rate limit, which a call enters next, does. */
export class CallPrice implements Gate<undefined> {
  readonly kind = 'rateLimit';
  private readonly asking: AskingPrice;

  constructor(
    private settings: PriceSettings,
    private readonly environment: Environment,
  ) {
    this.asking = environment.shared(ASKING_PRICE, () => new AskingPrice());
  }

  enter(call: LiveCall): undefined {
    const { cost, priority } = this.settings;
    this.asking.say(
      call,
      typeof cost === 'function' ? this.checkedCost(cost(...call.args), call) : cost,
      (typeof priority === 'function' ? this.checkedPriority(priority(...call.args), call) : priority) === 'background',
    );
    return undefined;
  }

  leave(): void {}

  reconfigure(settings: PriceSettings): void {
    this.settings = settings;
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
