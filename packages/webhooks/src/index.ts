export { answerHandshake, type HandshakeOptions } from './answer-handshake.js';
export { defineSender } from './definition/define-sender.js';
export { findSender } from './registry/find-sender.js';
export type { Handshake, HandshakeMeans, HandshakeResponse } from './contract/handshake.js';
export type { HttpSignatureAlgorithm } from './http-signatures/http-signature-key.js';
export { httpSignatureSender, type HttpSignatureOptions } from './http-signatures/http-signature-sender.js';
export { keyRequest, type KeyFetcher, type KeyRequest } from './coded/key-request.js';
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
} from './definition/sender.js';
export { senderTraits, type SenderTraits } from './sender-traits.js';
export { senders } from './senders/index.js';
export { signWebhook, signWebhookRequest, type SignedWebhook, type WebhookToSign } from './sign-webhook.js';
export type { Acceptance, Rejection, RejectionReason, Verification } from './contract/verification.js';
export { verifyWebhook, type VerifyOptions } from './verify-webhook.js';
export { isWebhookConfigurationError, WebhookConfigurationError } from './contract/webhook-configuration-error.js';
export type { WebhookRequest } from './contract/webhook-request.js';
