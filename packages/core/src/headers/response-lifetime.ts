import CachePolicy from 'http-cache-semantics';
import { cacheDirectives, directiveSeconds, type CacheDirectives } from './cache-control.js';
import { headerOf } from './headers.js';
import { httpDateMs } from './http-date.js';

/** A request and its answer, as far as a cache has to know them. Names of headers are in lower case. */
export interface ExchangedAnswer {
  readonly method: string;
  readonly status: number;
  readonly headers: unknown;
  /** The `Cache-Control` of the request, where it has one. */
  readonly requestControl?: string | undefined;
}

/** How lifetimes are guessed where an answer names none (RFC 9111 §4.2.2). */
export interface Guesses {
  /** The part of the time since `Last-Modified` for which an answer is fresh. Default 0. */
  readonly heuristic?: number;
  /** The lifetime of a good one that names none, in seconds. Default 0. */
  readonly otherwise?: number;
}

/** For how long an answer may be given, in seconds. */
export interface ResponseLifetime {
  /** From when it was made, as `Age` counts. 0 for one that has to be validated before each use. */
  readonly freshFor: number;
  /** How old it was when it came, by its `Age`. */
  readonly age: number;
  /** Whether it may ever be given when it is no longer fresh (RFC 9111 §4.2.4). */
  readonly mayBeStale: boolean;
  /** As its headers say (RFC 5861); `undefined` where they say nothing of it. */
  readonly staleWhileRevalidate: number | undefined;
  readonly staleIfError: number | undefined;
}

/** Fields that decide about an answer's lifetime as they are, besides `Cache-Control`, `Date`, `Expires` and `Age`. */
const DECIDING = ['last-modified', 'pragma'] as const;
/** The directives that decide. An argument of theirs, as of `no-cache="set-cookie"`, makes them no weaker. */
const WITHOUT_ARGUMENT = ['no-store', 'no-cache', 'private', 'public', 'must-revalidate'];
/** A moment that has passed: what a date means that is none, such as `Expires: 0` (RFC 9111 §5.3). */
const PAST = 0;
const NO_GUESSES: Guesses = Object.freeze({});

/**
 * For how long a cache of one user may give an answer, by its `Cache-Control`, `Expires`, `Age` and `Last-Modified`
 * (RFC 9111 §4.2); `undefined` where it may not be kept (§3). `now` is the time of its request, in milliseconds since
 * the epoch: an answer ages from then on.
 */
export function responseLifetime(
  { method, status, headers, requestControl }: ExchangedAnswer,
  now: number,
  { heuristic = 0, otherwise = 0 }: Guesses = NO_GUESSES,
): ResponseLifetime | undefined {
  const directives = cacheDirectives(headerOf(headers, 'cache-control'));
  const isOld = isOldNoCache(headers);
  // It reads the machine's clock for an answer without a date: none is handed to it.
  const policy = new CachePolicy(
    { method, headers: { ...(cacheDirectives(requestControl).has('no-store') && { 'cache-control': 'no-store' }) } },
    { status, headers: { ...decidingHeaders(headers, directives), date: httpDate(headerOf(headers, 'date'), now) } },
    { shared: false, cacheHeuristic: heuristic, immutableMinTimeToLive: 0 },
  );
  if (!policy.storable() || status === 206 || headerOf(headers, 'vary')?.includes('*') === true) return undefined;
  const named = policy.maxAge();
  // A lifetime that is named stands, and so does the word that there is none.
  const isNamed =
    directives.has('max-age') || directives.has('no-cache') || headerOf(headers, 'expires') !== undefined || isOld;
  return {
    freshFor: isNamed || status >= 400 ? named : Math.max(named, otherwise),
    age: ageOf(headers),
    mayBeStale: !['must-revalidate', 'no-cache'].some((name) => directives.has(name)) && !isOld,
    staleWhileRevalidate: directiveSeconds(directives, 'stale-while-revalidate'),
    staleIfError: directiveSeconds(directives, 'stale-if-error'),
  };
}

/** The fields that decide, in the one form that every reader understands. */
function decidingHeaders(headers: unknown, directives: CacheDirectives): CachePolicy.Headers {
  const deciding: Record<string, string> = {};
  for (const name of DECIDING) {
    const text = headerOf(headers, name);
    if (text !== undefined) deciding[name] = text;
  }
  const control = WITHOUT_ARGUMENT.filter((name) => directives.has(name));
  const maxAge = directiveSeconds(directives, 'max-age');
  if (maxAge !== undefined) control.push(`max-age=${maxAge}`);
  if (directives.size > 0) deciding['cache-control'] = control.join(', ');
  const expires = headerOf(headers, 'expires');
  if (expires !== undefined) deciding['expires'] = httpDate(expires, PAST);
  return deciding;
}

function httpDate(text: string | undefined, otherwise: number): string {
  return new Date(httpDateMs(text ?? '') ?? otherwise).toUTCString();
}

/** `Pragma: no-cache` says something where `Cache-Control` does not (RFC 9111 §5.4). */
function isOldNoCache(headers: unknown): boolean {
  return headerOf(headers, 'cache-control') === undefined && /no-cache/i.test(headerOf(headers, 'pragma') ?? '');
}

/** The first of several `Age` fields counts; one that is no number is not there (RFC 9111 §5.1). */
function ageOf(headers: unknown): number {
  const age = /^\s*(\d+)\s*(?:,|$)/.exec(headerOf(headers, 'age') ?? '')?.[1];
  return age === undefined ? 0 : Math.min(Number(age), 2 ** 31);
}
