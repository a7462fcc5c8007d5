import type { Environment } from '../../engine/policy.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';

/**
 * How long a circuit stays open that opens for the `opens`-th time in a row, in milliseconds: growth and jitter first,
 * the cap last, never NaN and never less than 1.
 */
export function openPeriodMs(
  { initial, factor, max, jitter }: CircuitBreakerSettings['openFor'],
  opens: number,
  environment: Pick<Environment, 'random'>,
): number {
  const grown = Math.min(initial * factor ** (opens - 1), max);
  if (jitter === 'none') return grown;
  const jittered = grown * (jitter === 'full' ? environment.random() : 0.5 + environment.random() / 2);
  return jittered > 1 ? Math.min(jittered, max) : 1;
}
