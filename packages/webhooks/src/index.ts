export { answerHandshake, type HandshakeOptions } from './answer-handshake.js';
export { defineSender } from './definition/define-sender.js';
export { findSender } from './registry/find-sender.js';
export type { Handshake, HandshakeMeans, HandshakeResponse } from './contract/handshake.js';
export type { HttpSignatureAlgorithm } from './http-signatures/http-signature-key.js';
export { httpSignatureSender, type HttpSignatureOptions } from './http-signatures/http-signature-sender.js';
export { keyRequest } from './requested-key.js';
export type { KeyFetcher, KeyRequest } from './coded/key-request.js';
export { parseForm, type Form } from './encoding/parse-form.js';
export type { FormFile } from './encoding/parse-multipart.js';
export { prepareSecrets, type KeyText, type PreparedSecrets, type Secrets } from './prepare-secrets.js';
export type { Algorithm, HashEncoding, KeyEncoding, KeyFormat } from './definition/algorithm.js';
export type { FetchedKey } from './definition/fetched-key.js';
export type { DeliveryIdentity } from './definition/identity.js';
export type { HashClaim, JwtRule, UrlClaim } from './definition/jwt-rule.js';
export type { Place } from './definition/place.js';
export type {
  AlternativeScheme,
  IdPlace,
  Sender,
  SignatureList,
  SignaturePlace,
  SignedHeaders,
  TimestampRule,
} from './definition/sender.js';
export type { TimestampUnit } from './encoding/parse-timestamp.js';
export { senderTraits, type SenderTraits } from './sender-traits.js';
export { senders } from './senders/index.js';
export { signWebhook, signWebhookRequest } from './sign-webhook.js';
export type { SignedWebhook, WebhookToSign } from './contract/webhook-to-sign.js';
export type { Acceptance, Rejection, RejectionReason, Verification } from './contract/verification.js';
export { verifyWebhook, type VerifyOptions } from './verify-webhook.js';
export { isWebhookConfigurationError, WebhookConfigurationError } from './contract/webhook-configuration-error.js';
export type { WebhookRequest } from './contract/webhook-request.js';
