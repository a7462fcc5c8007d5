import type { WebhookRequest } from '../contract/webhook-request.js';

/** The value of a header that no signature depends on, or `undefined` where it is absent or occurs twice. */
export function headerOf(headers: WebhookRequest['headers'], name: string): string | undefined {
  let found: string | undefined;
  for (const key in headers) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = headers[key];
    const only = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
    if (only === undefined) continue;
    if (found !== undefined || typeof only !== 'string') return undefined;
    found = only;
  }
  return found;
}
