import { defineSender } from '../definition/define-sender.js';

/** Figma repeats the passcode of the webhook in the body and signs nothing. */
export const figma = defineSender({
  name: 'figma',
  docs: 'https://developers.figma.com/docs/rest-api/webhooks-security/',
  algorithm: 'token',
  signature: { json: 'passcode' },
  identity: 'signed-bytes',
  eventType: { json: 'event_type' },
});
