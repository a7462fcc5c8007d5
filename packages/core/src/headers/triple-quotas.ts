import type { QuotaReading } from './quota-observation.js';
import type { RateAnswer } from './rate-answer.js';

/** Names of the first that is there speak; the same numbers often stand under two of them. */
const TRIPLES = ['ratelimit', 'x-ratelimit', 'x-rate-limit', 'x-sib-ratelimit'];
/**
 * Several quotas beside each other: `X-RateLimit-Requests-Remaining` (Linear, RapidAPI),
 * `anthropic-ratelimit-tokens-remaining`.
 */
const WHAT = ['requests', 'complexity', 'tokens', 'input-tokens', 'output-tokens'];
/** The same as OpenAI and its like spell them: `x-ratelimit-remaining-requests`. */
const SUFFIXES = ['requests', 'tokens'];

/** How a family spells the name of a part, such as `remaining`. */
interface Family {
  readonly name: string;
  readonly header: (part: string) => string;
  readonly unit?: 'requests' | undefined;
  readonly refills?: boolean;
}

/** `-Limit`, `-Remaining` and `-Reset`, or `-Reset-After`, `-Next`, under the names that are in use. */
export function tripleQuotas(answer: RateAnswer): readonly QuotaReading[] {
  const first = TRIPLES.map((prefix) => quotaOf({ name: 'ratelimit', header: (part) => `${prefix}-${part}` }, answer));
  const found = [first.find((quota) => quota !== undefined), ...FAMILIES.map((family) => quotaOf(family, answer))];
  return found.filter((quota) => quota !== undefined);
}

const FAMILIES: readonly Family[] = [
  ...WHAT.map((what) => prefixed('x-ratelimit', what, false)),
  ...WHAT.map((what) => prefixed('anthropic-ratelimit', what, true)),
  ...SUFFIXES.map((what) => ({
    name: what,
    header: (part: string) => `x-ratelimit-${part}-${what}`,
    unit: unitOf(what),
    refills: true,
  })),
];

function prefixed(prefix: string, what: string, refills: boolean): Family {
  return { name: `${prefix}-${what}`, header: (part) => `${prefix}-${what}-${part}`, unit: unitOf(what), refills };
}

function unitOf(what: string): 'requests' | undefined {
  return what === 'requests' ? 'requests' : undefined;
}

/** In a list, as two proxies or two windows make it, the entry binds of which the least remains. */
function quotaOf({ name, header, unit, refills }: Family, answer: RateAnswer): QuotaReading | undefined {
  const all = answer.numbers(header('remaining'));
  if (all.length === 0) return undefined;
  const remaining = Math.min(...all);
  const index = all.indexOf(remaining);
  const limits = answer.numbers(header('limit'));
  // The size of a number tells a moment since the epoch apart, and its name says that one is in seconds.
  const after = answer.until(header('reset-after'), index);
  const reset =
    after === undefined
      ? (answer.until(header('reset'), index) ??
        answer.until(header('next'), index) ??
        windowOf(answer.text(header('remaining'))))
      : { ms: after.ms, isBare: false };
  return {
    name,
    remaining,
    limit: limits[index] ?? limits[0],
    unit,
    resetMs: reset?.ms || undefined,
    ...(reset?.isBare === true && { isBare: true }),
    ...(refills === true && { refills }),
  };
}

/** `0;w=21600` (Docker Hub): at the latest a window from now. */
function windowOf(value: string | undefined): { ms: number; isBare: boolean } | undefined {
  const seconds = /;\s*w=(\d{1,9})/.exec(value ?? '')?.[1];
  return seconds === undefined ? undefined : { ms: Number(seconds) * 1000, isBare: false };
}
