import { defineSender } from '../definition/define-sender.js';

/** Telegram's bots repeat the `secret_token` of setWebhook and sign nothing. */
export const telegram = defineSender({
  name: 'telegram',
  docs: 'https://core.telegram.org/bots/api#setwebhook',
  algorithm: 'token',
  signature: { header: 'x-telegram-bot-api-secret-token' },
  id: { json: 'update_id' },
});
