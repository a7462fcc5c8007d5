import { defineSender } from '../definition/define-sender.js';

/** Cal.com. Every body tells when its event was made. */
export const calCom = defineSender({
  name: 'cal-com',
  docs: 'https://cal.com/docs/developing/guides/automation/webhooks',
  aliases: ['calcom'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-cal-signature-256', encoding: 'hex' },
  identity: 'signed-bytes',
  eventType: { json: 'triggerEvent' },
});
