import { createHash } from 'node:crypto';

/** The store's key of one delivery to one endpoint: the same event, sent to two endpoints, is two deliveries. */
export function deliveryKey(provider: string, endpoint: string, identity: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([endpoint, identity]))
    .digest('hex');
  return `webhook:${provider}:${digest}`;
}
