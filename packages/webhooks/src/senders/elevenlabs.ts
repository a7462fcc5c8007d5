import { defineSender } from '../definition/define-sender.js';

/** ElevenLabs, with half an hour of tolerance, as its own SDK has. */
export const elevenlabs = defineSender({
  name: 'elevenlabs',
  docs: 'https://elevenlabs.io/docs/product-guides/administration/webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'elevenlabs-signature', list: { separator: ',', assign: '=', label: 'v0' }, encoding: 'hex' },
  payload: '{timestamp}.{body}',
  timestamp: { entry: 't', unit: 's', tolerance: '30m' },
  identity: 'signed-bytes',
  eventType: { json: 'type' },
});
