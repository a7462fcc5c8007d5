import { defineSender } from '../definition/define-sender.js';
import { answerHead } from '../handshakes/answer-head.js';

/** Mailchimp Transactional (Mandrill): the URL with the sorted parameters of the form. */
export const mandrill = defineSender({
  name: 'mandrill',
  docs: 'https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/#authenticating-webhook-requests',
  aliases: ['mailchimp-transactional'],
  algorithm: 'hmac-sha1',
  signature: { header: 'x-mandrill-signature', encoding: 'base64' },
  payload: '{url}{sorted-form}',
  identity: 'signed-bytes',
  eventType: { json: '0.event' },
  document: { form: 'mandrill_events' },
  handshake: { signed: false, answer: answerHead },
});
