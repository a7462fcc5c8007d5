import { retryBudgetPart } from '../../counting/retry-budget-part.js';
import { RETRY_BUDGET } from '../../counting/retry-budget.js';
import { definePart, definePolicy } from '../../engine/policy-kind.js';
import { Hedge } from './hedge.js';
import { hedgeSchema, type HedgeSettings } from './hedge.options.js';
import { hedgeEvents } from './hedge.telemetry.js';

export const hedgeKind = definePolicy({
  kind: 'hedge',
  schema: hedgeSchema,
  events: hedgeEvents,
  fitsStreams: false,
  parts: [
    definePart({ name: 'hedge', scope: 'method', of: (settings: HedgeSettings) => settings, policy: Hedge }),
    retryBudgetPart(() => RETRY_BUDGET),
  ],
});
