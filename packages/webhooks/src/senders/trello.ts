import { defineSender } from '../definition/define-sender.js';
import { answerHead } from '../handshakes/answer-head.js';

/** Trello. The key is the application's secret, the URL the callback as it was registered. */
export const trello = defineSender({
  name: 'trello',
  docs: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures',
  algorithm: 'hmac-sha1',
  signature: { header: 'x-trello-webhook', encoding: 'base64' },
  payload: '{body}{url}',
  id: { json: 'action.id' },
  eventType: { json: 'action.type' },
  handshake: { signed: false, answer: answerHead },
});
