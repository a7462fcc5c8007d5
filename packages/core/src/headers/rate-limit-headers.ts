import { headerOf, headersLike } from './headers.js';
import { tellingProfiles } from './profiles/index.js';
import type { QuotaObservation, QuotaReading } from './quota-observation.js';
import { RateAnswer } from './rate-answer.js';
import { structuredQuotas } from './structured-quotas.js';
import { tripleQuotas } from './triple-quotas.js';

/** Every name that quotas stand under, and that of the date against which times are read. */
const TELLING = /limit|use-case|remaining-|usage|x-mbx|requests-left|query-cost/;
const TELLING_OR_DATE =
  /limit|use-case|remaining-|usage|x-mbx|requests-left|query-cost|^date$|^age$|^retry-after|reset/;

/**
 * The quotas that a response announces: `RateLimit` and `RateLimit-Policy` as structured fields, the `RateLimit-*` /
 * `X-RateLimit-*` triples that came before, and what single providers send under names of their own. Malformed values
 * are ignored, as the draft demands, and so is an answer that a cache has kept: it speaks of another moment.
 */
export function quotasOf(response: unknown, wallNow: number): readonly QuotaObservation[] {
  return readQuotas(response, wallNow).map(({ name, remaining, limit, unit, resetMs }) => ({
    name,
    remaining,
    limit,
    unit,
    resetMs,
  }));
}

/** The same with all that is known of each. */
export function readQuotas(response: unknown, wallNow: number): readonly QuotaReading[] {
  if (headersLike(response, TELLING) === undefined) return [];
  const headers = headersLike(response, TELLING_OR_DATE);
  if (isCached(headers)) return [];
  const answer = new RateAnswer(200, headers, wallNow);
  const structured = structuredQuotas(answer);
  const scope = answer.text('x-ratelimit-resource') ?? answer.text('x-ratelimit-bucket');
  const standard = structured.length > 0 ? structured : tripleQuotas(answer);
  return [
    ...standard.map((quota) => (scope === undefined ? quota : { ...quota, scope })),
    ...tellingProfiles(answer).flatMap((profile) => profile.quotas?.(answer) ?? []),
  ];
}

function isCached(headers: unknown): boolean {
  return Number(headerOf(headers, 'age') ?? 0) > 0;
}
