import { type Item, parseDictionary, parseList } from 'structured-headers';
import { headerOf, headersLike } from './headers.js';
import { timeUntil } from './retry-after.js';
import { vendorQuotas } from './vendor-quotas.js';

/** What a provider's response says about one of its quotas. */
export interface QuotaObservation {
  /** Tells the quotas of one provider apart. */
  readonly name: string;
  readonly remaining: number;
  readonly limit?: number | undefined;
  /** What it counts: requests, however much each of them costs. Where nothing says so it is taken to count what calls cost. */
  readonly unit?: 'requests' | undefined;
  /** Milliseconds until the quota is whole again, at the latest, where the response says so. */
  readonly resetMs?: number | undefined;
  /** Whether it refills all the time, so that what it lacks comes back evenly until `resetMs`. */
  readonly refills?: boolean | undefined;
}

/**
 * The quotas that a response announces: `RateLimit` and `RateLimit-Policy` as structured fields
 * (draft-ietf-httpapi-ratelimit-headers-08 and later), the same as a dictionary (-07), the `RateLimit-*` / `X-RateLimit-*` triples
 * that came before, and what single vendors send. What is malformed is ignored, as the draft demands.
 */
export function quotasOf(response: unknown, wallNow: number): readonly QuotaObservation[] {
  if (headersLike(response, TELLING) === undefined) return [];
  const headers = headersLike(response, TELLING_OR_DATE);
  const structured = headerOf(headers, 'ratelimit');
  const standard =
    structured === undefined
      ? []
      : (itemQuotas(structured, headers, wallNow) ?? dictionaryQuota(structured, headers, wallNow));
  return standard.length > 0 ? standard : [...tripleQuotas(headers, wallNow), ...vendorQuotas(headers)];
}

/**
 * `"default";r=50;t=30`, with the quota's size, unit and window from `RateLimit-Policy: "default";q=100;qu="request";w=60`. Where `t` is left
 * out, the quota is whole again when a window has passed.
 */
function itemQuotas(field: string, headers: unknown, wallNow: number): QuotaObservation[] | undefined {
  const items = parsedItems(field);
  if (items === undefined || !items.some(([, parameters]) => parameters.has('r'))) return undefined;
  const policies = new Map(
    (parsedItems(headerOf(headers, 'ratelimit-policy') ?? '') ?? []).map(([name, policy]) => [String(name), policy]),
  );
  return items.flatMap(([item, parameters]) => {
    const name = String(item);
    const policy = policies.get(name);
    const remaining = count(parameters.get('r'));
    if (remaining === undefined) return [];
    const unit = String(policy?.get('qu')) === 'request' ? 'requests' : undefined;
    const reset = count(parameters.get('t')) ?? count(policy?.get('w'));
    return [{ name, remaining, limit: count(policy?.get('q')), unit, resetMs: seconds(reset, headers, wallNow) }];
  });
}

/** `limit=100, remaining=50, reset=30`. */
function dictionaryQuota(field: string, headers: unknown, wallNow: number): QuotaObservation[] {
  try {
    const dictionary = parseDictionary(field);
    const value = (name: string) => dictionary.get(name)?.[0];
    const remaining = count(value('remaining'));
    if (remaining === undefined) return [];
    const resetMs = seconds(count(value('reset')), headers, wallNow);
    return [{ name: 'ratelimit', remaining, limit: count(value('limit')), resetMs }];
  } catch {
    return [];
  }
}

/** Every name that is looked for below. */
const TELLING = /limit|use-case/;
/** The same, and the date against which times are read. */
const TELLING_OR_DATE = /limit|use-case|^(date|age)$/;

/** Names of the first that is there speak; the same numbers often stand under two of them. */
const TRIPLES = ['ratelimit', 'x-ratelimit', 'x-rate-limit', 'x-sib-ratelimit'];
/** Several quotas beside each other: `X-RateLimit-Requests-Remaining` (Linear, RapidAPI), `anthropic-ratelimit-tokens-remaining`. */
const PREFIXED = ['x-ratelimit', 'anthropic-ratelimit'].flatMap((prefix) =>
  ['requests', 'complexity', 'tokens', 'input-tokens', 'output-tokens'].map((what) => `${prefix}-${what}`),
);
/** The same as OpenAI and its like spell them: `x-ratelimit-remaining-requests`. */
const SUFFIXES = ['requests', 'tokens'];

function tripleQuotas(headers: unknown, wallNow: number): QuotaObservation[] {
  const found: QuotaObservation[] = [];
  const look = (name: string, headerFor: (part: string) => string) => {
    const remaining = numeric(headerOf(headers, headerFor('remaining')));
    if (remaining === undefined) return false;
    const until = (part: string) => {
      const value = headerOf(headers, headerFor(part));
      return value === undefined ? undefined : timeUntil(value, headers, wallNow);
    };
    found.push({
      name,
      remaining,
      limit: numeric(headerOf(headers, headerFor('limit'))),
      unit: name.endsWith('requests') ? 'requests' : undefined,
      resetMs: (until('reset-after') ?? until('reset')) || undefined,
    });
    return true;
  };
  TRIPLES.some((prefix) => look('ratelimit', (part) => `${prefix}-${part}`));
  for (const prefix of PREFIXED) look(prefix, (part) => `${prefix}-${part}`);
  for (const suffix of SUFFIXES) look(suffix, (part) => `x-ratelimit-${part}-${suffix}`);
  return found;
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

/** What was given as seconds, by those who keep to the draft; others give seconds since the epoch here, too. */
function seconds(given: number | undefined, headers: unknown, wallNow: number): number | undefined {
  return given === undefined ? undefined : timeUntil(String(given), headers, wallNow);
}

/** The number that a header starts with: some senders append parameters, as in `100;w=60` or `100, 100;w=60`. */
function numeric(value: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:[;,]|$)/.exec(value ?? '');
  return match ? Number(match[1]) : undefined;
}
