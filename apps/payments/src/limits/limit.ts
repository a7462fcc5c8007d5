import { shape, text, wholeNumber } from '@breakwater/faults';
import * as v from 'valibot';

/**
 * The body of `PUT /limits`: for one merchant, or for every merchant that has none of its own. A `silent` limit refuses
 * with a bare 429, and no answer speaks of it.
 */
export const limitRequest = shape({
  merchant: v.optional(text(200)),
  limit: wholeNumber(1, 1_000_000),
  perMs: wholeNumber(1, 3_600_000),
  silent: v.optional(v.boolean('must be true or false')),
});

export type LimitRequest = v.InferOutput<typeof limitRequest>;

export type Limit = Omit<LimitRequest, 'merchant'>;
