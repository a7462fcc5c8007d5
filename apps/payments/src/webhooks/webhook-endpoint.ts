import { shape, text, wholeNumber } from '@breakwater/faults';
import * as v from 'valibot';
import { signEvent } from './sign-event.js';

/** The body of `PUT /webhook-endpoints`: where a merchant's events go. */
export const webhookEndpoint = shape({
  merchant: text(200),
  url: v.pipe(
    v.string('must be an http or https URL'),
    v.check((url) => /^https?:\/\//.test(url) && URL.canParse(url), 'must be an http or https URL'),
  ),
  secret: v.pipe(text(200), v.check(canSign, 'is nothing to sign with')),
  /** Each event is sent this many times at once; 1 by default. */
  copies: v.optional(wholeNumber(1, 5), 1),
});

export type WebhookEndpoint = v.InferOutput<typeof webhookEndpoint>;

function canSign(secret: string): boolean {
  try {
    signEvent('{}', secret, 0);
    return true;
  } catch {
    return false;
  }
}
