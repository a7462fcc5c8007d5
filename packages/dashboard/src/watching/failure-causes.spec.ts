import { TimeoutError, type Outcome } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { FailureCauses } from './failure-causes.js';

const START = 1_795_000_000_000;
const unknown: Outcome = { kind: 'unknown' };
const late = new TimeoutError('attempt', 500, { provider: 'payments', operation: 'charge' });

describe('FailureCauses', () => {
  it('says how the provider fails: by its status, its silence, or the code or name of the error', () => {
    const causes = new FailureCauses();
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (let i = 0; i < 3; i++) causes.note({ kind: 'unknown', status: 503 }, new Error('x'), START);
    for (let i = 0; i < 2; i++) causes.note(unknown, late, START);
    causes.note({ kind: 'not-sent' }, new TypeError('fetch failed', { cause: refused }), START + 5);
    expect(causes.view()).toEqual({
      at: START + 5,
      causes: [
        ['answers 503', 3],
        ['does not answer in time', 2],
        ['fails with ECONNREFUSED', 1],
      ],
    });
  });

  it('shows no text of an error: neither its message nor a code or name that is not one word', () => {
    const causes = new FailureCauses();
    causes.note(unknown, Object.assign(new Error('key sk_live_1'), { code: 'key sk_live_1' }), START);
    causes.note(unknown, Object.assign(new Error('x'), { name: 'key sk_live_1' }), START);
    causes.note(unknown, 'sk_live_1', START);
    causes.note(unknown, new RangeError('sk_live_1'), START);
    expect(causes.view()?.causes).toEqual([
      ['fails (unknown)', 3],
      ['fails with RangeError', 1],
    ]);
  });

  it('forgets what is over a minute old once there are other failures, and keeps the last until then', () => {
    const causes = new FailureCauses();
    expect(causes.view()).toBeUndefined();
    causes.note({ kind: 'unknown', status: 500 }, undefined, START);
    expect(causes.view()?.causes).toEqual([['answers 500', 1]]);
    causes.note({ kind: 'unknown', status: 503 }, undefined, START + 31_000);
    expect(causes.view()?.causes).toHaveLength(2);
    causes.note({ kind: 'unknown', status: 503 }, undefined, START + 62_000);
    expect(causes.view()?.causes).toEqual([['answers 503', 2]]);
    causes.note({ kind: 'unknown', status: 502 }, undefined, START + 600_000);
    expect(causes.view()?.causes).toEqual([['answers 502', 1]]);
  });

  it('holds a bounded number of causes, however many names the errors have', () => {
    const causes = new FailureCauses();
    for (let i = 0; i < 1000; i++) {
      causes.note(unknown, Object.assign(new Error('x'), { name: `Error${i}` }), START);
    }
    expect(causes.view()?.causes[0]).toEqual(['fails in other ways', 980]);
  });
});
