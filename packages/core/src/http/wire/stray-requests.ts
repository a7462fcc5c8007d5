import { currentLiveCall } from '../../engine/current-call.js';
import type { LiveCall } from '../../engine/live-call.js';
import { KEY_HEADER } from '../../engine/requests/key-header.js';
import { RecentRequests } from '../../engine/requests/recent-requests.js';
import { UnsafeRequest } from '../../engine/requests/unsafe-request.js';
import { isRepeatable } from '../../outcome/request-method.js';
import type { RequestHead } from './request-head.js';

const MOST_ORIGINS = 200;

/** The requests that are of no call as far as their async context tells, by their origins. */
const strays = new Map<string, RecentRequests>();

/**
 * Notes an unsafe request that is of no call that goes on, as far as its async context tells: a limiter starts requests
 * in the context of a call that has ended, or of its own timer, and the call that has asked for it waits.
 */
export function noteStray(
  head: RequestHead,
  call: LiveCall | undefined = currentLiveCall(),
): UnsafeRequest | undefined {
  const { method, origin } = head;
  if (method === 'CONNECT' || isRepeatable(method) === true) return undefined;
  const request = new UnsafeRequest(method, origin);
  request.key = keyIn(head, call);
  if (call?.origin.wire?.()?.mayBeOfAny(request) !== true) straysTo(origin).note(request);
  return request;
}

/** The key that a request carries, of whichever call. */
export function keyIn(head: RequestHead, call: LiveCall | undefined): string | undefined {
  return head.header((call?.idempotencyHeader ?? KEY_HEADER).toLowerCase());
}

/** The strays since a call began, to the origins of its provider. */
export function straysSince(order: number, isOf: (origin: string) => boolean): readonly UnsafeRequest[] {
  return [...strays].flatMap(([origin, recent]) => {
    const since = recent.since(order);
    return since.length > 0 && isOf(origin) ? since : [];
  });
}

/** Origins that were used least recently make room. */
function straysTo(origin: string): RecentRequests {
  const standing = strays.get(origin) ?? new RecentRequests();
  strays.delete(origin);
  strays.set(origin, standing);
  if (strays.size > MOST_ORIGINS) strays.delete(strays.keys().next().value!);
  return standing;
}
