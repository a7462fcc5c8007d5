import { defineSender } from '../definition/define-sender.js';

/** fal.ai: ed25519 over the hash of the body, with the keys of a JWKS. */
export const fal = defineSender({
  name: 'fal',
  docs: 'https://docs.fal.ai/model-endpoints/webhooks#webhook-verification',
  algorithm: 'ed25519',
  key: 'hex',
  signature: { header: 'x-fal-webhook-signature' },
  payload: '{id}\n{header:x-fal-webhook-user-id}\n{timestamp}\n{body:sha256:hex}',
  timestamp: { header: 'x-fal-webhook-timestamp', unit: 's', tolerance: '5m' },
  id: { header: 'x-fal-webhook-request-id' },
  eventType: { json: 'status' },
  fetchedKey: { jwks: 'https://rest.alpha.fal.ai/.well-known/jwks.json' },
});
