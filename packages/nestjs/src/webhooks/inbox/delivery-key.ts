import { createHash } from 'node:crypto';
import type { Acceptance } from '@breakwater/webhooks';

/**
 * What a delivery and its copies have in common: the id where the signature covers it, else the signed bytes. The same event,
 * sent to two endpoints, is two deliveries.
 */
export function deliveryKey(provider: string, endpoint: string, accepted: Acceptance): string {
  const id = accepted.idSigned ? accepted.id : undefined;
  const identity = id === undefined ? `bytes:${accepted.fingerprint()}` : `id:${id}`;
  const digest = createHash('sha256')
    .update(JSON.stringify([endpoint, identity]))
    .digest('hex');
  return `webhook:${provider}:${digest}`;
}
