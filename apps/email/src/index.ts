export { AppModule } from './app.module.js';
export { createEmailApp } from './create-email-app.js';
export type { EmailOptions } from './email-options.js';
export type { MessageRequest } from './messages/message.js';
export type { OutboxReport } from './outbox/outbox.controller.js';
export type { SentMessage } from './outbox/outbox.service.js';
