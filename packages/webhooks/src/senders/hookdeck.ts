import { defineSender } from '../definition/define-sender.js';

/** Hookdeck's event gateway, with a second header during a rotation. */
export const hookdeck = defineSender({
  name: 'hookdeck',
  docs: 'https://hookdeck.com/docs/authentication',
  algorithm: 'hmac-sha256',
  signature: { headers: ['x-hookdeck-signature', 'x-hookdeck-signature-2'], encoding: 'base64' },
  id: { header: 'x-hookdeck-eventid' },
});
