import * as v from 'valibot';

/** An order whose customer is to be told that it is paid. */
export const confirmedOrder = v.object({
  id: v.string(),
  email: v.string(),
  amount: v.number(),
  currency: v.string(),
});
