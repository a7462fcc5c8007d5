import type { Place } from './place.js';

/**
 * The rule by which two requests are one delivery, as far as the sender documents one: a copy that is handled again
 * does less harm than an event that is lost.
 *
 * - `'id'`: the delivery's id, which the signature covers. Default where there is one.
 * - `{ label }`: a text outside the signature that stays the same for all attempts, together with the signed bytes
 * without the time of the attempt. The first place that is present counts; `with` adds further texts. Default where
 * `id` is not signed.
 * - `'signed-bytes'`: the signed bytes without the time of the attempt, where the body of no two events is equal.
 * - `{ signedBytesUnless }`: the same, but nothing where one of the places holds a text: such bodies may repeat.
 * - `{ bodyWithout }`: the JSON body without these fields, which count the attempts.
 * - `'none'`: copies cannot be told from new events. Default without an `id`.
 */
export type DeliveryIdentity =
  | 'id'
  | 'signed-bytes'
  | 'none'
  | { readonly label: Place | readonly Place[]; readonly with?: readonly Place[] }
  | { readonly signedBytesUnless: readonly Place[] }
  | { readonly bodyWithout: readonly string[] };
