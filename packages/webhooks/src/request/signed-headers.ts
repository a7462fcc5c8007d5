import type { WebhookRequest } from '../contract/webhook-request.js';
import type { SignedHeaders } from '../definition/sender.js';
import { headerOf } from '../encoding/header-of.js';

const MOST_NAMES = 32;

/**
 * The headers that a request lists as covered by its signature, as the sender writes them; `undefined` where the list
 * is malformed or names a header that is absent, occurs twice, or stands in the list twice.
 */
export function signedHeaders(
  { separator, format, join, include = [] }: SignedHeaders,
  listed: string | undefined,
  headers: WebhookRequest['headers'],
): string | undefined {
  const names = listed?.split(separator).map((name) => name.trim().toLowerCase()) ?? [];
  if (names.length === 0 || names.length > MOST_NAMES || new Set(names).size < names.length) return undefined;
  if (!include.every((name) => names.includes(name))) return undefined;
  const written: string[] = [];
  for (const name of names) {
    const value = /^[\w-]+$/.test(name) ? headerOf(headers, name) : undefined;
    if (value === undefined) return undefined;
    written.push(format.replace('{name}', () => name).replace('{value}', () => value.trim()));
  }
  return written.join(join);
}
