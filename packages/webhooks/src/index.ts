export { answerHandshake } from './answer-handshake.js';
export { defineSender } from './define-sender.js';
export { findSender } from './find-sender.js';
export type { Handshake, HandshakeResponse } from './handshake.js';
export { prepareSecrets, type PreparedSecrets, type Secrets } from './prepare-secrets.js';
export type {
  Algorithm,
  AlternativeScheme,
  KeyEncoding,
  KeyFormat,
  Sender,
  SignatureList,
  SignaturePlace,
  TimestampRule,
} from './sender.js';
export { senderTraits, type SenderTraits } from './sender-traits.js';
export { senders } from './senders.js';
export { signWebhook, type WebhookToSign } from './sign-webhook.js';
export type { Acceptance, Rejection, RejectionReason, Verification } from './verification.js';
export { verifyWebhook, type VerifyOptions } from './verify-webhook.js';
export { isWebhookConfigurationError, WebhookConfigurationError } from './webhook-configuration-error.js';
export type { WebhookRequest } from './webhook-request.js';
