import { isPlace, type Place } from './place.js';
import type { Require } from './require.js';
import type { Sender } from './sender.js';

/** Refuses an identity that says nothing, or that needs what the definition lacks. */
export function checkIdentity({ identity, id }: Sender, require: Require): void {
  if (identity === undefined || identity === 'none' || identity === 'signed-bytes') return;
  if (identity === 'id') {
    require(id !== undefined, '"identity" is \'id\', but there is no "id".');
    return;
  }
  require(typeof identity ===
    'object', "\"identity\" is 'id', 'signed-bytes', 'none', { label }, { signedBytesUnless } or { bodyWithout }.");
  if ('bodyWithout' in identity) {
    require(Array.isArray(identity.bodyWithout), '"identity.bodyWithout" lists fields.');
    return;
  }
  const places = 'label' in identity ? [identity.label, identity.with ?? []].flat() : identity.signedBytesUnless;
  require(places.length > 0 &&
    (places as readonly Place[]).every((place) =>
      isPlace(place),
    ), '"identity" needs exactly one of header, json, form and query for each place.');
}
