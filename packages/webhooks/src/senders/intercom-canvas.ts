import { defineSender } from '../definition/define-sender.js';

/** Intercom's Canvas Kit requests; the key is the client secret. */
export const intercomCanvas = defineSender({
  name: 'intercom-canvas',
  docs: 'https://developers.intercom.com/docs/canvas-kit',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-body-signature' },
});
