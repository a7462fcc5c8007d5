import { shape, text } from '@breakwater/faults';
import * as v from 'valibot';

/** `?merchant=KEY`, for the routes that act on one merchant. */
export const merchantQuery = shape({ merchant: text(200) });

export type MerchantQuery = v.InferOutput<typeof merchantQuery>;

/** The same for the routes that act on all merchants when none is named. */
export const optionalMerchantQuery = shape({ merchant: v.optional(text(200)) });

export type OptionalMerchantQuery = v.InferOutput<typeof optionalMerchantQuery>;
