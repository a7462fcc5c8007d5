import type { CallCase } from '../bench-case.js';

/** A call that succeeds, in both groups: one after another, where its limit holds, and 200 at once. */
export function succeeding(call: Omit<CallCase, 'group'>): readonly CallCase[] {
  const { limit: _limit, ...concurrent } = call;
  return [
    { ...call, group: 'call' },
    { ...concurrent, group: 'concurrent' },
  ];
}
