import * as v from 'valibot';

/** An order on its way to the CRM. */
export const syncedOrder = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  amount: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export type SyncedOrder = v.InferOutput<typeof syncedOrder>;
