import { defineSender } from '../definition/define-sender.js';

/** Microsoft Teams' outgoing webhooks. The security token is base64. */
export const msTeamsOutgoing = defineSender({
  name: 'ms-teams-outgoing',
  docs: 'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook',
  algorithm: 'hmac-sha256',
  key: 'base64',
  signature: { header: 'authorization', prefix: 'HMAC ', encoding: 'base64' },
  id: { json: 'id' },
  eventType: { json: 'type' },
});
