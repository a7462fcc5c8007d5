import { defineSender } from '../definition/define-sender.js';

/** Svix, and those who send through it: Standard Webhooks under headers of its own. */
export const svix = defineSender({
  name: 'svix',
  docs: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  aliases: ['svix-v1a', 'clerk', 'resend', 'stytch', 'vanta', 'agentmail'],
  algorithm: 'hmac-sha256',
  key: { encoding: 'base64', prefix: ['whsec_', 'v1,whsec_'], bytes: [24, 75] },
  signature: {
    header: 'svix-signature',
    encoding: 'base64',
    list: { separator: ' ', assign: ',', label: 'v1' },
  },
  also: [{ algorithm: 'ed25519', key: { encoding: 'base64', prefix: 'whpk_', privatePrefix: 'whsk_' }, label: 'v1a' }],
  payload: '{id}.{timestamp}.{body}',
  timestamp: { header: 'svix-timestamp', unit: 's', tolerance: '5m' },
  id: { header: 'svix-id' },
  eventType: [{ json: 'type' }, { json: 'event_type' }, { json: 'event' }],
});
