import type { WebhookToSign } from '../contract/webhook-to-sign.js';

/** A webhook with its body in bytes and its secrets checked. */
export interface ToSign {
  readonly webhook: WebhookToSign;
  readonly body: Buffer;
  readonly secrets: readonly string[];
}

/** Headers under lower-case names. */
export function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
