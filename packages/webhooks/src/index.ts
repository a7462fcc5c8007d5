export { answerHandshake, type HandshakeOptions } from './answer-handshake.js';
export { defineSender } from './define-sender.js';
export { findSender } from './find-sender.js';
export type { Handshake, HandshakeMeans, HandshakeResponse } from './handshake.js';
export type { HttpSignatureAlgorithm } from './http-signature-key.js';
export { httpSignatureSender, type HttpSignatureOptions } from './http-signature-sender.js';
export { keyRequest, type KeyFetcher, type KeyRequest } from './key-request.js';
export { prepareSecrets, type KeyText, type PreparedSecrets, type Secrets } from './prepare-secrets.js';
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
export { signWebhook, signWebhookRequest, type SignedWebhook, type WebhookToSign } from './sign-webhook.js';
export type { Acceptance, Rejection, RejectionReason, Verification } from './verification.js';
export { verifyWebhook, type VerifyOptions } from './verify-webhook.js';
export { isWebhookConfigurationError, WebhookConfigurationError } from './webhook-configuration-error.js';
export type { WebhookRequest } from './webhook-request.js';
