import { definePart, definePolicy } from '../../engine/policy-kind.js';
import { AttemptTimeout } from './attempt-timeout.js';
import { timeoutSchema, type TimeoutSettings } from './timeout.options.js';
import { TotalTimeout } from './total-timeout.js';
import { timeoutEvents } from './timeout.telemetry.js';

export const timeoutKind = definePolicy({
  kind: 'timeout',
  schema: timeoutSchema,
  events: timeoutEvents,
  parts: [
    definePart({
      name: 'totalTimeout',
      scope: 'method',
      of: ({ total }: TimeoutSettings) => total,
      policy: TotalTimeout,
    }),
    definePart({
      name: 'attemptTimeout',
      scope: 'method',
      of: ({ attempt }: TimeoutSettings) => attempt,
      policy: AttemptTimeout,
    }),
  ],
  refusals: {
    TIMEOUT: { status: 504, message: 'A service that this request depends on took too long to answer.' },
  },
});
