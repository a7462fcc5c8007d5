import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { UnsafeRequest } from '../../engine/requests/unsafe-request.js';
import { Followed } from './followed.js';

describe("the request that is seen behind a client's own", () => {
  const seen = new UnsafeRequest('POST', 'https://crm.test');

  it('is found by the request, and by no other that looks the same', () => {
    const request = { method: 'POST' };
    Followed.note(request, seen);
    expect(Followed.of(request)).toBe(seen);
    expect(Followed.of({ ...request })).toBeUndefined();
  });

  it('is what was noted last', () => {
    const request = {};
    Followed.note(request, new UnsafeRequest('PUT', 'https://crm.test'));
    Followed.note(request, seen);
    expect(Followed.of(request)).toBe(seen);
  });

  it('shows in no log, and changes nothing about the request', () => {
    const request = { method: 'POST' };
    Followed.note(request, seen);
    expect(inspect(request, { showHidden: true, depth: Infinity })).toBe("{ method: 'POST' }");
    expect(Reflect.ownKeys(request)).toEqual(['method']);
    expect(request).toEqual({ method: 'POST' });
  });
});
