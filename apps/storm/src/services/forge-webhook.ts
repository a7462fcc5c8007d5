import { signWebhook } from '@breakwater/webhooks';
import type { RawWebhook } from './checkout-client.js';

/** Ways to pass a webhook off as the payment provider's. */
export const forgeryKinds = ['unsigned', 'forged', 'altered', 'stale', 'replayed'] as const;
export type ForgeryKind = (typeof forgeryKinds)[number];

export interface ForgeryMeans {
  /** The one that payments signs with: for what only its age gives away. */
  readonly secret: string;
  readonly wallNow: number;
}

/**
 * Makes a webhook that must not take effect out of a genuine one. All but the replay carry an event id of their own, so
 * that nothing but the check of the signature can give them away.
 */
export function forgeWebhook(kind: ForgeryKind, genuine: RawWebhook, { secret, wallNow }: ForgeryMeans): RawWebhook {
  if (kind === 'replayed') return genuine;
  const body = withNewEventId(genuine.body);
  const { [SIGNATURE]: signature = '', ...headers } = genuine.headers;
  switch (kind) {
    case 'unsigned':
      return { body, headers };
    case 'altered':
      return { body, headers: { ...headers, [SIGNATURE]: signature } };
    case 'forged':
      return { body, headers: { ...headers, ...signWebhook('stripe', { body, now: wallNow }, 'whsec_a_good_guess') } };
    case 'stale':
      return { body, headers: { ...headers, ...signWebhook('stripe', { body, now: wallNow - STALE_MS }, secret) } };
  }
}

/** The order that a genuine webhook is about. */
export function orderOf({ body }: RawWebhook): string {
  return (JSON.parse(body.toString()) as ChargeEvent).data.object.reference;
}

interface ChargeEvent {
  readonly id: string;
  readonly data: { readonly object: { readonly reference: string } };
}

function withNewEventId(body: Buffer): Buffer {
  const event = JSON.parse(body.toString()) as ChargeEvent;
  return Buffer.from(JSON.stringify({ ...event, id: `${event.id}x` }));
}

const SIGNATURE = 'stripe-signature';
const STALE_MS = 10 * 60_000;
