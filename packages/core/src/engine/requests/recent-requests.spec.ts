import { describe, expect, it } from '@jest/globals';
import { RecentRequests } from './recent-requests.js';
import { UnsafeRequest } from './unsafe-request.js';

/** Requests of so many turns, each in a turn of its own. */
async function noted(count: number) {
  const recent = new RecentRequests();
  const requests: UnsafeRequest[] = [];
  for (let i = 0; i < count; i++) {
    const request = new UnsafeRequest('POST', 'https://crm.test');
    requests.push(request);
    recent.note(request);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { recent, requests };
}

describe('recent requests', () => {
  it.each([3, 64, 65, 150])('of %d are the latest 64, oldest first', async (count) => {
    const { recent, requests } = await noted(count);
    expect(recent.since(-1)).toEqual(requests.slice(-64));
  });

  it('are those that began after a call did', async () => {
    const { recent, requests } = await noted(70);
    expect(recent.since(requests[40]!.turn.order)).toEqual(requests.slice(41));
    expect(recent.since(requests[69]!.turn.order)).toEqual([]);
  });
});
