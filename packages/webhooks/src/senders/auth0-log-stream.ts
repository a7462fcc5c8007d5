import { defineSender } from '../definition/define-sender.js';

/** Auth0's custom webhook streams send an authorization header and sign nothing. Each log has its own id. */
export const auth0LogStream = defineSender({
  name: 'auth0-log-stream',
  docs: 'https://auth0.com/docs/customize/log-streams/custom-log-streams',
  aliases: ['auth0'],
  algorithm: 'token',
  signature: { header: 'authorization' },
  identity: 'signed-bytes',
  eventType: { json: '0.data.type' },
});
