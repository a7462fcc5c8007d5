import { describe, expect, it } from '@jest/globals';
import { errorCode } from './error-code.js';
import { retryAfterMs } from './retry-after.js';
import { serverMs } from './server-timing.js';

describe('what an answer says', () => {
  it('Retry-After in seconds, or nothing', () => {
    expect(['2', '0.5', 'Wed, 01 Jan 2030 00:00:00 GMT', undefined, ['1', '2']].map(retryAfterMs)).toEqual([
      2_000,
      500,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('Server-Timing with a duration, or nothing', () => {
    expect(['checkout;dur=1.25', 'a;desc="x"; dur=3', 'a', undefined].map(serverMs)).toEqual([
      1.25,
      3,
      undefined,
      undefined,
    ]);
  });

  it('a code in the JSON, or nothing', () => {
    expect(['{"code":"CIRCUIT_OPEN"}', '{"code":7}', 'null', 'not JSON', ''].map(errorCode)).toEqual([
      'CIRCUIT_OPEN',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
