import { directiveSeconds } from '../../headers/cache-control.js';
import type { CacheRequest } from './cache-request.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import type { StoredAnswer } from './stored-answer.js';

/** The reason for which a request goes to the provider, in the words of RFC 9211 §2.2. */
export type ForwardReason = 'uri-miss' | 'vary-miss' | 'stale' | 'request';

/**
 * The way of a request: it gets the stored answer, at once or while a new one is fetched, or goes to the provider, to
 * have the stored answer validated where there is one.
 */
export type Verdict =
  | { readonly kind: 'given'; readonly stored: StoredAnswer; readonly refresh: boolean }
  | { readonly kind: 'forwarded'; readonly why: ForwardReason; readonly validate: StoredAnswer | undefined };

/** A request, what is kept for it, and the moment in which this is decided, in milliseconds since the epoch. */
export interface Judged {
  readonly request: CacheRequest;
  readonly stored: StoredAnswer | undefined;
  readonly settings: HttpCacheSettings;
  readonly now: number;
}

/** The age of a stored answer in seconds (RFC 9111 §4.2.3). A clock that was set back makes none younger. */
export function ageOf({ lifetime, requestedAt }: StoredAnswer, now: number): number {
  return lifetime.age + Math.max(0, now - requestedAt) / 1000;
}

/** Whether a stored answer is given without asking the provider (RFC 9111 §4 and §5.2.1, RFC 5861 §3). */
export function verdictOn({ request, stored, settings, now }: Judged): Verdict {
  if (stored === undefined) return { kind: 'forwarded', why: 'uri-miss', validate: undefined };
  const { mode } = request.of;
  if (mode === 'force-cache' || mode === 'only-if-cached') return { kind: 'given', stored, refresh: false };
  if (mode === 'reload') return { kind: 'forwarded', why: 'request', validate: undefined };
  const age = ageOf(stored, now);
  if (mode === 'no-cache' || wantsNewer(request, stored, age)) {
    return { kind: 'forwarded', why: 'request', validate: stored };
  }
  const staleFor = age - stored.lifetime.freshFor;
  if (staleFor < 0) return { kind: 'given', stored, refresh: false };
  if (!stored.lifetime.mayBeStale) return { kind: 'forwarded', why: 'stale', validate: stored };
  if (takesStale(request, staleFor)) return { kind: 'given', stored, refresh: false };
  const revalidating = stored.lifetime.staleWhileRevalidate ?? settings.staleWhileRevalidate / 1000;
  if (staleFor < revalidating) return { kind: 'given', stored, refresh: true };
  return { kind: 'forwarded', why: 'stale', validate: stored };
}

/** Whether a stored answer may be given in place of a failure (RFC 5861 §4). A request may ask for it, too. */
export function standsInForError({ request, stored, settings, now }: Judged): boolean {
  if (stored === undefined || !stored.lifetime.mayBeStale || request.of.mode === 'reload') return false;
  const asked = directiveSeconds(request.control, 'stale-if-error') ?? 0;
  const named = stored.lifetime.staleIfError ?? settings.staleIfError / 1000;
  return ageOf(stored, now) - stored.lifetime.freshFor < Math.max(asked, named);
}

/** Whether a stored answer may be given while its request waits in the rate limit. */
export function standsInForWait({ request, stored, settings, now }: Judged): boolean {
  if (stored === undefined || !stored.lifetime.mayBeStale || request.of.mode !== 'default') return false;
  if (wantsNewer(request, stored, ageOf(stored, now))) return false;
  return ageOf(stored, now) - stored.lifetime.freshFor < settings.staleWhileLimited / 1000;
}

function wantsNewer({ control }: CacheRequest, { lifetime }: StoredAnswer, age: number): boolean {
  if (control.has('no-cache')) return true;
  const maxAge = directiveSeconds(control, 'max-age');
  // By `max-age=0` requests are reloaded, whatever is there (RFC 9111 §5.2.1.1).
  if (maxAge !== undefined && (maxAge === 0 || age > maxAge)) return true;
  const minFresh = directiveSeconds(control, 'min-fresh');
  return minFresh !== undefined && lifetime.freshFor - age < minFresh;
}

function takesStale({ control }: CacheRequest, staleFor: number): boolean {
  const maxStale = control.get('max-stale');
  if (maxStale === undefined) return false;
  return maxStale === true || staleFor <= directiveSeconds(control, 'max-stale')!;
}
