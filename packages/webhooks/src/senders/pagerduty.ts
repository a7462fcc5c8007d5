import { defineSender } from '../definition/define-sender.js';

/** PagerDuty V3, with a signature of each secret while they rotate. */
export const pagerduty = defineSender({
  name: 'pagerduty',
  docs: 'https://developer.pagerduty.com/docs/verifying-webhook-signatures',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-pagerduty-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  id: { json: 'event.id' },
  eventType: { json: 'event.event_type' },
});
