import { defineSender } from '../definition/define-sender.js';

/** ConnectWise PSA's callbacks. The key is the SHA-256 of the secret. */
export const connectwise = defineSender({
  name: 'connectwise',
  docs: 'https://developer.connectwise.com/Products/ConnectWise_PSA/Developer_Guide#Callbacks_(Webhooks)',
  algorithm: 'hmac-sha256',
  key: { encoding: 'utf8', hash: 'sha256' },
  signature: { header: 'x-content-signature', encoding: 'base64' },
  eventType: { json: 'Action' },
});
