import type { QuotaReading } from '../quota-observation.js';
import type { RateAnswer } from '../rate-answer.js';

/**
 * The quota that one header counts down, whole again after `resetMs` at the latest; none where the header is not there.
 */
export function quotaOf(
  answer: RateAnswer,
  name: string,
  resetMs: number | undefined,
  limitName?: string,
): readonly QuotaReading[] {
  const remaining = answer.number(name);
  if (remaining === undefined) return [];
  return [{ name, remaining, limit: limitName === undefined ? undefined : answer.number(limitName), resetMs }];
}
