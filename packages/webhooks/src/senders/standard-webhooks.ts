import { defineSender } from '../definition/define-sender.js';

/** Standard Webhooks v1 (a shared secret, `whsec_`) and v1a (ed25519, `whpk_`). */
export const standardWebhooks = defineSender({
  name: 'standard-webhooks',
  aliases: [
    'standard-webhooks-v1a',
    'openai',
    'gitlab-signing-token',
    '360learning',
    'replicate',
    'dodo',
    'supabase',
    'render',
    'brex',
    'incident-io',
    'loops',
    'etsy',
    'gemini',
    'fathom',
    'folk',
    'liveblocks',
  ],
  docs: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
  algorithm: 'hmac-sha256',
  key: { encoding: 'base64', prefix: ['whsec_', 'v1,whsec_'], bytes: [24, 64] },
  signature: {
    header: 'webhook-signature',
    encoding: 'base64',
    list: { separator: ' ', assign: ',', label: 'v1' },
  },
  also: [{ algorithm: 'ed25519', key: { encoding: 'base64', prefix: 'whpk_', privatePrefix: 'whsk_' }, label: 'v1a' }],
  payload: '{id}.{timestamp}.{body}',
  timestamp: { header: 'webhook-timestamp', unit: 's', tolerance: '5m' },
  id: { header: 'webhook-id' },
  eventType: [{ json: 'type' }, { json: 'event_type' }, { json: 'event' }],
});
