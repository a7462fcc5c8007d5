import { defineSender } from '../define-sender.js';

/** Zoom. Its endpoint validation needs the secret and is not answered here. */
export const zoom = defineSender({
  name: 'zoom',
  docs: 'https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-zm-signature', prefix: 'v0=' },
  payload: 'v0:{timestamp}:{body}',
  timestamp: { header: 'x-zm-request-timestamp', unit: 's', tolerance: '5m' },
});
