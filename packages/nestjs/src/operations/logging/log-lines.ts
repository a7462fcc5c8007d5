import type { ResilienceEvent } from '@breakwater/core';

/** The fields of an event, whatever its type. */
type Detail = Readonly<Record<string, unknown>>;

export type LogLevel = 'log' | 'warn' | 'error';

/** How one type of event is told. */
export interface LogLine {
  readonly level: LogLevel;
  /**
   * The sentence after the provider's name. It is complete by itself: parameters are printed differently by Nest 11 and
   * 12.
   */
  readonly text: (detail: Detail) => string;
  /** How many such lines of one provider and operation a minute may have; the others are counted. */
  readonly perMinute: number;
}

/** Transitions matter one by one; a keyed gate can have thousands. */
const TRANSITIONS = 10;

const LINES = {
  'circuitBreaker.opened': line('warn', opened, TRANSITIONS),
  'circuitBreaker.isolated': line('warn', () => 'circuit isolated by hand: every call is refused', TRANSITIONS),
  'circuitBreaker.halfOpened': line('log', () => 'circuit half-open: a few calls are let through to try', TRANSITIONS),
  'circuitBreaker.closed': line('log', ({ reason }) => `circuit closed${because(reason)}`, TRANSITIONS),
  'rateLimit.paused': line(
    'warn',
    ({ pauseMs }) => `the provider asks for a pause: no call goes out ${forMs(pauseMs)}`,
  ),
  'rateLimit.refused': line(
    'warn',
    ({ why, retryAfterMs }) => `rate limit refuses calls${because(why)}${next(retryAfterMs)}`,
  ),
  'rateLimit.apart': line(
    'error',
    ({ reason }) => `the store is away: this process keeps to its share of the rate limit${because(reason)}`,
  ),
  'rateLimit.rejoined': line('log', () => 'the store is back, and with it the rate limit of all processes'),
  'rateLimit.profileFailed': line(
    'error',
    ({ error }) => `rateLimit.profile failed, so the provider's quotas are not read${because(error)}`,
  ),
  'bulkhead.refused': line('warn', ({ why }) => `bulkhead refuses calls${because(why)}`),
  'adaptiveThrottle.refused': line('warn', () => 'adaptive throttle refuses calls: most of the recent ones failed'),
  'retry.overBudget': line('warn', () => 'retry budget exhausted: failed calls are not repeated'),
  'hedge.overBudget': line('warn', () => 'retry budget exhausted: slow calls are not hedged'),
  // Rate-limited for each callback already.
  'callback.failed': line(
    'warn',
    ({ callback, reason }) => `a function of the application failed: ${plain(callback)}${because(reason)}`,
    TRANSITIONS,
  ),
  'cache.apart': line(
    'warn',
    ({ reason }) => `the store is away: this process asks for each cached answer itself${because(reason)}`,
  ),
  'cache.rejoined': line('log', () => 'the store is back, and with it the answers of all processes'),
  'cache.unreadable': line('warn', () => 'an answer in the store cannot be read, and is fetched anew'),
  'cache.bypassed': line('warn', ({ reason }) => `calls go past the cache${because(reason)}`, TRANSITIONS),
  'cache.notShared': line('warn', ({ reason }) => `an answer stays in this process${because(reason)}`, TRANSITIONS),
  'httpCache.refreshFailed': line('warn', () => 'an answer of the HTTP cache could not be refreshed'),
  'cache.refreshFailed': line('warn', ({ outcome }) => `a cached answer could not be refreshed${because(outcome)}`),
  'fallback.failed': line('error', ({ error }) => `the fallback failed, too${because(error)}`),
  'idempotency.outcomeUnknown': line(
    'error',
    ({ reason }) => `refuses a call: an earlier run may have had its effect${because(reason)}`,
  ),
  'idempotency.unsettled': line(
    'error',
    ({ reason }) => `an outcome could not be kept: a repetition may run again${because(reason)}`,
  ),
  'idempotency.fenced': line(
    'error',
    () => 'an outcome was not kept: another process had taken the key over meanwhile',
  ),
  'idempotency.leaseLost': line(
    'error',
    () => 'lost the lease of a call that is under way: another process has the key',
  ),
  'idempotency.renewalFailed': line('warn', () => 'a lease could not be renewed: the store cannot be reached'),
  'idempotency.reclaimed': line(
    'warn',
    () => 'takes over an operation whose earlier run died, or ended without a clear outcome',
  ),
  'secret.rotated': line(
    'log',
    ({ name, source, version }) => `secret ${plain(name)} rotated: ${plain(source)} has version ${plain(version)}`,
    TRANSITIONS,
  ),
  'secret.unavailable': line(
    'warn',
    ({ name, ageMs, reason }) =>
      `secret ${plain(name)} cannot be read anew: its value of ${ago(ageMs)} stays in use${because(reason)}`,
  ),
  'secret.restored': line('log', ({ name }) => `secret ${plain(name)} can be read again`),
  'token.unavailable': line('warn', ({ reason, leftMs }) => `no new access token${because(reason)}${leftOf(leftMs)}`),
  'store.unavailable': line(
    'error',
    ({ reason }) => `the store cannot be reached: calls that need it are refused${because(reason)}`,
  ),
  'keys.forgotten': line(
    'warn',
    ({ policy, forgotten }) =>
      `${plain(policy)} has more keys than it remembers and starts ${plain(forgotten)} of them afresh`,
  ),
  'store.evicted': line(
    'warn',
    () => 'the store is full and forgets records before their time: raise memoryStore, or use a store of its own',
  ),
} satisfies Partial<Record<ResilienceEvent['type'], LogLine>>;

/** The events that are told. Everything else is for `events$`. */
export const LOG_LINES: Readonly<Record<string, LogLine>> = LINES;

function line(level: LogLevel, text: LogLine['text'], perMinute = 1): LogLine {
  return { level, text, perMinute };
}

function opened({ reason, calls, failed, openForMs, mode }: Detail): string {
  const counted = typeof calls === 'number' && typeof failed === 'number' ? `, ${failed} of ${calls} calls failed` : '';
  const effect = mode === 'metricsOnly' ? 'would refuse calls' : 'refuses calls';
  return `circuit opened (${plain(reason)}${counted}): it ${effect} ${forMs(openForMs)}`;
}

function because(reason: unknown): string {
  return reason === undefined ? '' : ` (${plain(reason)})`;
}

function next(retryAfterMs: unknown): string {
  return typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs)
    ? `, the next one goes out in ${inWords(retryAfterMs)}`
    : '';
}

function leftOf(ms: unknown): string {
  if (ms === 0) return ': requests are refused until there is one';
  return typeof ms === 'number' ? `: the standing one is used for ${inWords(ms)}` : '';
}

function ago(ms: unknown): string {
  return typeof ms === 'number' ? `${inWords(ms)} ago` : 'before';
}

function forMs(ms: unknown): string {
  return typeof ms === 'number' && Number.isFinite(ms) ? `for ${inWords(ms)}` : 'until it is told otherwise';
}

/** Rounded up, but for what is lost where a machine's time is added to five seconds and taken away again. */
function inWords(ms: number): string {
  const exact = Math.round(ms * 1000) / 1000;
  return exact < 1000 ? `${Math.ceil(exact)} ms` : `${Math.ceil(exact / 100) / 10} s`;
}

const LONGEST = 200;

/** Text from an error or a provider on one line, and not without end. */
function plain(value: unknown): string {
  const text = String(value).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
