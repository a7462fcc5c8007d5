import { defineSender } from '../definition/define-sender.js';

/** Buildkite. The webhook has to be set up to send a signature instead of its token. */
export const buildkite = defineSender({
  name: 'buildkite',
  docs: 'https://buildkite.com/docs/apis/webhooks/pipelines#webhook-signature',
  algorithm: 'hmac-sha256',
  signature: {
    header: 'x-buildkite-signature',
    list: { separator: ',', assign: '=', label: 'signature' },
    encoding: 'hex',
  },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 'timestamp', unit: 's', tolerance: '5m' },
  eventType: [{ header: 'x-buildkite-event' }, { json: 'event' }],
});
