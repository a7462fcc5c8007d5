import { defineSender } from '../definition/define-sender.js';

/** Inngest's calls of functions. The key is the signing key without its prefix. */
export const inngest = defineSender({
  name: 'inngest',
  docs: 'https://www.inngest.com/docs/platform/signing-keys',
  algorithm: 'hmac-sha256',
  key: { encoding: 'utf8', prefix: ['signkey-prod-', 'signkey-test-', 'signkey-branch-'] },
  signature: { header: 'x-inngest-signature', list: { separator: '&', assign: '=', label: 's' }, encoding: 'hex' },
  payload: '{body}{timestamp}',
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
});
