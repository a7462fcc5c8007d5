import type { RateProfile } from './profiles/rate-profile.js';
import { tellingProfiles } from './profiles/index.js';
import type { QuotaReading } from './quota-observation.js';
import { RateAnswer } from './rate-answer.js';
import { readQuotas } from './rate-limit-headers.js';
import { retryAfterMs } from './retry-after.js';

/** The provider's limits, as one response tells them. */
export interface RateReading {
  readonly quotas: readonly QuotaReading[];
  /** Whether the provider turned the call away for being one too many. */
  readonly throttled: boolean;
  /** How long it asks to wait then. */
  readonly retryAfterMs?: number | undefined;
  /** How long it means by not saying so. */
  readonly pauseMs?: number | undefined;
  /** The one of the provider's resources whose quota is spent then, where the answer names it. */
  readonly resource?: string | undefined;
  /** The cost of the call, as it turned out. */
  readonly cost?: number | undefined;
}

/** A response as it is observed. */
export interface ObservedResponse {
  readonly status: number;
  readonly headers: unknown;
  /** The parsed body: some providers name their quotas there. */
  readonly body?: unknown;
}

/**
 * Reads a response: its quotas in every form that is known, those of the profile first. On an answer that throttles,
 * `Retry-After` is in place of what its spent quotas say (draft-ietf-httpapi-ratelimit-headers §3.4); without one the
 * last of them to be whole again is waited for.
 */
export function readRate(
  { status, headers, body }: ObservedResponse,
  wallNow: number,
  profile?: RateProfile,
): RateReading {
  const answer = new RateAnswer(status, headers, wallNow, body);
  const known = knownProfiles(answer, profile);
  const quotas = quotasIn(answer, profile);
  const cost = first(known, (each) => each.cost?.(answer));
  const asked = retryAfterMs(headers, wallNow) ?? first(known, (each) => each.retryAfterMs?.(answer));
  if (!isThrottled(answer, quotas, known)) return { quotas, throttled: false, cost };
  const outlasts = known.some((each) => each.resetOutlastsRetryAfter === true);
  return {
    quotas: asked !== undefined && asked > 0 && !outlasts ? quotas.filter(({ remaining }) => remaining > 0) : quotas,
    throttled: true,
    retryAfterMs: asked,
    pauseMs: first(known, (each) => each.pauseMs),
    resource: quotas.some(({ remaining }) => remaining === 0) ? answer.text('x-ratelimit-resource') : undefined,
    cost,
  };
}

function quotasIn(answer: RateAnswer, profile: RateProfile | undefined): readonly QuotaReading[] {
  const own = profile === undefined || isTelling(profile, answer) ? [] : (profile.quotas?.(answer) ?? []);
  if (profile?.replaces === true) return own;
  const general = readQuotas(answer.headers, answer.wallNow);
  return [...general.map((quota) => profile?.reads?.(quota, answer) ?? quota), ...own];
}

/**
 * 429; 418, as Binance bans with it, and 403 where they say how long, or that nothing remains; and the profile's own.
 */
function isThrottled(answer: RateAnswer, quotas: readonly QuotaReading[], known: readonly RateProfile[]): boolean {
  const { status } = answer;
  if (status === 429 && known.some((profile) => profile.sparesGate?.(answer) === true)) return false;
  if (status === 429 || known.some((profile) => profile.throttles?.(answer) === true)) return true;
  if (status !== 403 && status !== 418) return false;
  return answer.text('retry-after') !== undefined || quotas.some(({ remaining }) => remaining === 0);
}

function knownProfiles(answer: RateAnswer, profile: RateProfile | undefined): readonly RateProfile[] {
  const telling = tellingProfiles(answer);
  return profile === undefined ? telling : [profile, ...telling.filter((other) => other !== profile)];
}

function isTelling(profile: RateProfile, answer: RateAnswer): boolean {
  return tellingProfiles(answer).includes(profile);
}

function first<T>(profiles: readonly RateProfile[], of: (profile: RateProfile) => T | undefined): T | undefined {
  for (const profile of profiles) {
    const found = of(profile);
    if (found !== undefined) return found;
  }
  return undefined;
}
