import { defineSender } from '../definition/define-sender.js';

/** Todoist. The key is the client secret. */
export const todoist = defineSender({
  name: 'todoist',
  docs: 'https://developer.todoist.com/api/v1/#tag/Webhooks',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-todoist-hmac-sha256', encoding: 'base64' },
  id: { header: 'x-todoist-delivery-id' },
  eventType: { json: 'event_name' },
});
