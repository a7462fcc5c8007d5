import { describe, expect, it } from '@jest/globals';
import { idOf } from './bench-case.js';
import { cases } from './cases.js';
import { bareOf, selectCases } from './select-cases.js';

const idsOf = (only: string | undefined) => selectCases(cases, only).map(idOf);

describe('selecting cases', () => {
  it('takes all of them when nothing is said', () => {
    expect(selectCases(cases, undefined)).toBe(cases);
  });

  it('takes those whose name contains the text, in any case, and the bare method of each of their groups', () => {
    expect(idsOf('p-RETRY')).toEqual([
      'call: bare method',
      'concurrent: bare method',
      'call: p-retry: retries 3',
      'concurrent: p-retry: retries 3',
    ]);
  });

  it('takes a whole group by its name', () => {
    const ids = idsOf('refusal:');
    expect(ids[0]).toBe('refusal: bare method that throws one error made before');
    expect(ids.every((id) => id.startsWith('refusal:'))).toBe(true);
  });

  it('needs no bare method for idle instances', () => {
    expect(idsOf('idle: limiter')).toEqual(['idle: limiter: RateLimiter']);
  });

  it('names every case when none contains the text', () => {
    expect(() => selectCases(cases, 'hystrix')).toThrow(
      /^no case is called anything with ‘hystrix’\. There are:\n {2}call: bare method\n/,
    );
  });
});

describe('the cases', () => {
  it('have one name each', () => {
    const ids = cases.map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(['call', 'concurrent', 'refusal'] as const)('have a bare method in the group %s', (group) => {
    expect(bareOf(cases, group)?.name).toMatch(/^bare method/);
  });

  it('set limits to our own only', () => {
    const limited = cases.filter(({ limit }) => limit !== undefined);
    expect(limited.length).toBeGreaterThan(0);
    expect(limited.filter(({ peer }) => peer !== undefined)).toEqual([]);
  });
});
