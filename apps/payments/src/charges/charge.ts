import { jsonObject, shape, text, wholeNumber } from '@breakwater/faults';
import * as v from 'valibot';

/** The body of `POST /charges`; `amount` is in minor units. */
export const chargeRequest = shape({
  amount: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  currency: v.pipe(
    v.string('must be three upper-case letters'),
    v.regex(/^[A-Z]{3}$/, 'must be three upper-case letters'),
  ),
  reference: text(200),
  metadata: v.optional(jsonObject()),
});

export type ChargeRequest = v.InferOutput<typeof chargeRequest>;

export interface Charge extends ChargeRequest {
  readonly id: string;
  readonly status: 'succeeded';
  /** RFC 3339. */
  readonly createdAt: string;
}
