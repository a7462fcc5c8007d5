import { defineSender } from '../definition/define-sender.js';

/** Dropbox Sign (HelloSign). Only the event's time and type are signed, and that time is not the delivery's. */
export const dropboxSign = defineSender({
  name: 'dropbox-sign',
  docs: 'https://developers.hellosign.com/docs/events/overview',
  aliases: ['hellosign'],
  algorithm: 'hmac-sha256',
  signature: { json: 'event.event_hash' },
  payload: '{json:event.event_time}{json:event.event_type}',
});
