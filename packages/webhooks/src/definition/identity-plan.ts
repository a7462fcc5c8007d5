import type { DeliveryIdentity } from './identity.js';
import { lazyPlace, type Place, type PlacePlan } from './place.js';

/** A delivery's identity, made ready for use. */
export type IdentityPlan =
  | { readonly kind: 'id' | 'none' }
  | { readonly kind: 'label'; readonly label: readonly PlacePlan[]; readonly further: readonly PlacePlan[] }
  | { readonly kind: 'signed-bytes'; readonly unless: readonly PlacePlan[] }
  | { readonly kind: 'body-without'; readonly fields: ReadonlySet<string> };

/**
 * Reads an identity; where the definition says nothing, the id counts: by itself if it is signed, otherwise as a label.
 */
export function planIdentity(
  identity: DeliveryIdentity | undefined,
  id: { readonly signed: boolean } | undefined,
  idPlace: Place | undefined,
): IdentityPlan {
  if (identity === undefined) {
    if (id === undefined || idPlace === undefined) return { kind: 'none' };
    return id.signed ? { kind: 'id' } : { kind: 'label', label: [lazyPlace(idPlace)], further: [] };
  }
  if (identity === 'id' || identity === 'none') return { kind: identity };
  if (identity === 'signed-bytes') return { kind: identity, unless: [] };
  if ('signedBytesUnless' in identity) return { kind: 'signed-bytes', unless: plan(identity.signedBytesUnless) };
  if ('bodyWithout' in identity) return { kind: 'body-without', fields: new Set(identity.bodyWithout) };
  return { kind: 'label', label: plan(identity.label), further: plan(identity.with ?? []) };
}

function plan(places: Place | readonly Place[]): readonly PlacePlan[] {
  return [places].flat().map((place) => lazyPlace(place as Place));
}
