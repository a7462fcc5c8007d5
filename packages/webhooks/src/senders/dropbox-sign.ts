import { defineSender } from '../definition/define-sender.js';

/**
 * Dropbox Sign (HelloSign) posts a multipart form whose part `json` holds the event. Only its time and type are signed:
 * trust the rest no further than the connection. It tries again for about 30 hours, hence the tolerance, and takes only
 * this text for success.
 */
export const dropboxSign = defineSender({
  name: 'dropbox-sign',
  docs: 'https://developers.hellosign.com/docs/events/walkthrough/',
  aliases: ['hellosign'],
  algorithm: 'hmac-sha256',
  signature: { json: 'event.event_hash' },
  payload: '{timestamp}{json:event.event_type}',
  timestamp: { json: 'event.event_time', unit: 's', tolerance: '36h' },
  identity: { bodyWithout: [] },
  eventType: { json: 'event.event_type' },
  document: { form: 'json' },
  acknowledgement: 'Hello API Event Received',
});
