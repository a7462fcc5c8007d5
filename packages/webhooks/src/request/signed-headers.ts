import { headerOf } from '../encoding/header-of.js';
import type { Delivery } from './delivery.js';
import { listEntry } from './list-entry.js';

const MOST_NAMES = 32;

/**
 * The headers that a request says its signature covers, as the sender writes them; `undefined` where the list is malformed or
 * names a header that is absent, occurs twice, or stands in the list twice.
 */
export function signedHeaders(delivery: Delivery): string | undefined {
  const rule = delivery.plan.sender.signedHeaders;
  if (rule === undefined) return undefined;
  const { header, entry = '', separator, format, join } = rule;
  const { list } = delivery.plan.signature;
  const listed = header === undefined ? listEntry(delivery.signature(0), entry, list) : delivery.header(header);
  const names = listed?.split(separator).map((name) => name.trim().toLowerCase()) ?? [];
  if (names.length === 0 || names.length > MOST_NAMES || new Set(names).size < names.length) return undefined;
  const written: string[] = [];
  for (const name of names) {
    const value = /^[\w-]+$/.test(name) ? headerOf(delivery.request.headers, name) : undefined;
    if (value === undefined) return undefined;
    written.push(format.replace('{name}', () => name).replace('{value}', () => value.trim()));
  }
  return written.join(join);
}
