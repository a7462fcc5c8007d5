import { shape, text, wholeNumber } from '@breakwater/faults';
import type * as v from 'valibot';

/** The body of `POST /orders`. */
export const orderRequest = shape({ id: text(100), tenant: text(100), amount: wholeNumber(0, 1_000_000_000) });

export type OrderRequest = v.InferOutput<typeof orderRequest>;
