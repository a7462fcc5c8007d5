import { type Item, parseDictionary, parseList } from 'structured-headers';
import type { QuotaReading } from './quota-observation.js';
import type { RateAnswer } from './rate-answer.js';
import { timeUntil } from './retry-after.js';

/**
 * `RateLimit` as a structured field: a list of items (draft-ietf-httpapi-ratelimit-headers-08 and later), or a
 * dictionary (-07).
 */
export function structuredQuotas(answer: RateAnswer): readonly QuotaReading[] {
  const field = answer.text('ratelimit');
  if (field === undefined) return [];
  return itemQuotas(field, answer) ?? dictionaryQuota(field, answer);
}

/**
 * `"default";r=50;t=30`, with the quota's size, unit and window from `RateLimit-Policy:
 * "default";q=100;qu="request";w=60`. Where `t` is left out, the quota is whole again when a window has passed.
 */
function itemQuotas(field: string, answer: RateAnswer): QuotaReading[] | undefined {
  const items = parsedItems(field);
  if (items === undefined || !items.some(([, parameters]) => parameters.has('r'))) return undefined;
  const policies = new Map(
    (parsedItems(answer.text('ratelimit-policy') ?? '') ?? []).map(([name, policy]) => [String(name), policy]),
  );
  return items.flatMap(([item, parameters]) => {
    const name = String(item);
    const policy = policies.get(name);
    const remaining = count(parameters.get('r'));
    if (remaining === undefined) return [];
    const unit = /^requests?$/.test(String(policy?.get('qu'))) ? 'requests' : undefined;
    const reset = count(parameters.get('t')) ?? count(policy?.get('w'));
    return [{ name, remaining, limit: count(policy?.get('q')), unit, resetMs: seconds(reset, answer) }];
  });
}

/** `limit=100, remaining=50, reset=30`. */
function dictionaryQuota(field: string, answer: RateAnswer): QuotaReading[] {
  try {
    const dictionary = parseDictionary(field);
    const value = (name: string) => dictionary.get(name)?.[0];
    const remaining = count(value('remaining'));
    if (remaining === undefined) return [];
    const resetMs = seconds(count(value('reset')), answer);
    return [{ name: 'ratelimit', remaining, limit: count(value('limit')), resetMs }];
  } catch {
    return [];
  }
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

/** Seconds from now, as the draft has it; some send seconds since the epoch here, too. */
function seconds(given: number | undefined, { headers, wallNow }: RateAnswer): number | undefined {
  return given === undefined ? undefined : timeUntil(String(given), headers, wallNow);
}
