import { retryBudgetPart } from '../../counting/retry-budget-part.js';
import { definePart, definePolicy } from '../../engine/policy-kind.js';
import { Retry } from './retry.js';
import { retrySchema, type RetrySettings } from './retry.options.js';
import { retryEvents } from './retry.telemetry.js';

export const retryKind = definePolicy({
  kind: 'retry',
  schema: retrySchema,
  events: retryEvents,
  parts: [
    definePart({ name: 'retry', scope: 'method', of: (settings: RetrySettings) => settings, policy: Retry }),
    retryBudgetPart(({ budget }: RetrySettings) => budget),
  ],
});
