import { Item, parseDictionary, parseList } from 'structured-headers';
import { headerOf } from './headers.js';
import { timeUntil } from './retry-after.js';

/** What a provider's response says about one of its quotas. */
export interface QuotaObservation {
  readonly remaining: number;
  readonly limit?: number | undefined;
  /** Milliseconds until the quota is whole again, where the response says so. */
  readonly resetMs?: number | undefined;
}

/**
 * The quotas that a response announces: `RateLimit` and `RateLimit-Policy` as structured fields
 * (draft-ietf-httpapi-ratelimit-headers-08 and later), the same as a dictionary (-07), and the `RateLimit-*` / `X-RateLimit-*` triples
 * that came before. What is malformed is ignored, as the draft demands.
 */
export function quotasOf(headers: unknown, wallNow: number): readonly QuotaObservation[] {
  const structured = headerOf(headers, 'ratelimit');
  const fromStructured =
    structured === undefined ? [] : (itemQuotas(structured, headers) ?? dictionaryQuota(structured));
  if (fromStructured.length > 0) return fromStructured;
  for (const prefix of ['ratelimit', 'x-ratelimit', 'x-rate-limit']) {
    const quota = tripleQuota(headers, prefix, wallNow);
    if (quota !== undefined) return [quota];
  }
  return [];
}

/** `"default";r=50;t=30`, with the quota's size from `RateLimit-Policy: "default";q=100;w=60`. */
function itemQuotas(field: string, headers: unknown): QuotaObservation[] | undefined {
  const items = parsedItems(field);
  if (items === undefined || !items.some(([, parameters]) => parameters.has('r'))) return undefined;
  const limits = new Map<unknown, number>();
  for (const [name, parameters] of parsedItems(headerOf(headers, 'ratelimit-policy') ?? '') ?? []) {
    const quota = count(parameters.get('q'));
    if (quota !== undefined) limits.set(name, quota);
  }
  return items.flatMap(([name, parameters]) => {
    const remaining = count(parameters.get('r'));
    if (remaining === undefined) return [];
    const seconds = count(parameters.get('t'));
    return [{ remaining, limit: limits.get(name), resetMs: seconds === undefined ? undefined : seconds * 1000 }];
  });
}

/** `limit=100, remaining=50, reset=30`. */
function dictionaryQuota(field: string): QuotaObservation[] {
  try {
    const dictionary = parseDictionary(field);
    const value = (name: string) => count(dictionary.get(name)?.[0]);
    const remaining = value('remaining');
    const reset = value('reset');
    if (remaining === undefined) return [];
    return [{ remaining, limit: value('limit'), resetMs: reset === undefined ? undefined : reset * 1000 }];
  } catch {
    return [];
  }
}

function tripleQuota(headers: unknown, prefix: string, wallNow: number): QuotaObservation | undefined {
  const remaining = numeric(headerOf(headers, `${prefix}-remaining`));
  if (remaining === undefined) return undefined;
  const after = numeric(headerOf(headers, `${prefix}-reset-after`));
  const reset = headerOf(headers, `${prefix}-reset`);
  const resetMs =
    after !== undefined ? after * 1000 : reset === undefined ? undefined : timeUntil(reset, headers, wallNow);
  return { remaining, limit: numeric(headerOf(headers, `${prefix}-limit`)), resetMs };
}

function parsedItems(field: string): Item[] | undefined {
  try {
    return parseList(field).filter((member): member is Item => !Array.isArray(member[0]));
  } catch {
    return undefined;
  }
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

/** The number that a header starts with: some senders append parameters, as in `100;w=60` or `100, 100;w=60`. */
function numeric(value: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:[;,]|$)/.exec(value ?? '');
  return match ? Number(match[1]) : undefined;
}
