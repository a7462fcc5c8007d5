import { definePart, definePolicy } from '../../engine/policy-kind.js';
import { CallPrice } from './call-price.js';
import { RateLimit } from './rate-limit.js';
import { rateLimitSchema, type PriceSettings, type RateLimitSettings } from './rate-limit.options.js';
import { rateLimitEvents } from './rate-limit.telemetry.js';

interface Settings {
  readonly price: PriceSettings;
  readonly limit: RateLimitSettings;
}

const OWN = 'ownRateLimit';

/** The limit belongs to all methods, and the price of its calls to each. */
export const rateLimitKind = definePolicy({
  kind: 'rateLimit',
  schema: rateLimitSchema,
  events: rateLimitEvents,
  perCall: ['cost', 'priority', 'backgroundWait'],
  parts: [
    definePart({
      name: 'rateLimitPrice',
      scope: 'method',
      of: ({ price }: Settings) => (price.cost === 1 && price.priority === 'foreground' ? undefined : price),
      policy: CallPrice,
    }),
    // The place of a method's own limit, where it stands beside the one that all methods share.
    definePart({ name: OWN, scope: 'method', of: (): RateLimitSettings | undefined => undefined, policy: RateLimit }),
    definePart({
      name: 'rateLimit',
      scope: 'provider',
      of: ({ limit }: Settings) => limit,
      besideOf: ({ shared }) => (shared ? OWN : undefined),
      policy: RateLimit,
    }),
  ],
  refusals: {
    RATE_LIMITED: { status: 503, message: 'The quota of a service that this request depends on is spent.' },
  },
});
