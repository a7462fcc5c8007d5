import type { CallCase, Limit } from '../bench-case.js';

interface Succeeding extends Omit<CallCase, 'group'> {
  /** The limit of 200 at once. */
  readonly together?: Limit;
}

/** A call that succeeds, in both groups: one after another, and 200 at once. */
export function succeeding({ limit, together, ...call }: Succeeding): readonly CallCase[] {
  return [
    { ...call, ...(limit && { limit }), group: 'call' },
    { ...call, ...(together && { limit: together }), group: 'concurrent' },
  ];
}
