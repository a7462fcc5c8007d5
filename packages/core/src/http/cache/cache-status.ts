import { ageOf, type ForwardReason } from './verdict.js';
import type { StoredAnswer } from './stored-answer.js';

/** How a request was answered from what is kept. */
export interface Handling {
  /** Why it went to the provider; `undefined` where it did not. */
  readonly forwarded?: ForwardReason | undefined;
  /** The status of the provider's answer. */
  readonly forwardStatus?: number | undefined;
  /** Whether the provider's answer is kept now. */
  readonly isStored?: boolean;
  /** Whether it waited for the answer to another request. */
  readonly isCollapsed?: boolean;
  /** Why a stale answer was given. */
  readonly detail?: 'stale-while-revalidate' | 'stale-if-error' | 'stale-while-limited' | 'stale';
}

const CACHE = 'breakwater';

/**
 * The headers of an answer that comes out of the cache: as they were, with its `Age` (RFC 9111 §5.1) and what the cache
 * has done, as the last member of `Cache-Status` (RFC 9211).
 */
export function givenHeaders(stored: StoredAnswer, handling: Handling, now: number): Record<string, string> {
  const { headers, lifetime } = stored;
  const age = ageOf(stored, now);
  const status = statusText(handling, Math.round(lifetime.freshFor - age));
  const upstream = headers['cache-status'];
  // An answer that was made for this request is no older than its own headers say.
  const isNew = handling.forwardStatus === stored.status && handling.detail === undefined;
  return {
    ...headers,
    ...(!isNew && { age: String(Math.floor(age)) }),
    'cache-status': upstream === undefined ? status : `${upstream}, ${status}`,
  };
}

function statusText(handling: Handling, ttl: number): string {
  const { forwarded, forwardStatus, isStored, isCollapsed, detail } = handling;
  const parts = forwarded === undefined ? ['hit'] : [`fwd=${forwarded}`];
  if (forwardStatus !== undefined) parts.push(`fwd-status=${forwardStatus}`);
  if (isCollapsed === true) parts.push('collapsed');
  if (isStored === true) parts.push('stored');
  parts.push(`ttl=${ttl}`);
  if (detail !== undefined) parts.push(`detail=${detail}`);
  return [CACHE, ...parts].join('; ');
}
