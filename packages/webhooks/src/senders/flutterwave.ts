import { defineSender } from '../definition/define-sender.js';

/** Flutterwave's v3 API repeats the secret hash of the dashboard and signs nothing. */
export const flutterwave = defineSender({
  name: 'flutterwave',
  docs: 'https://developer.flutterwave.com/v3.0/docs/webhooks',
  algorithm: 'token',
  signature: { header: 'verif-hash' },
  id: { json: 'data.id' },
  eventType: { json: 'event' },
});
