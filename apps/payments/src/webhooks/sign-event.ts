import { signWebhook } from '@breakwater/webhooks';

/** The headers that Stripe's scheme adds to an event; `body` is signed byte for byte. */
export function signEvent(body: string, secret: string, wallMs: number): Record<string, string> {
  return signWebhook('stripe', { body, now: wallMs }, secret);
}
