import { describe, expect, it } from '@jest/globals';
import type { Line } from './line.js';
import { Turns } from './turns.js';

/** Lines by their tenants, of high priority with a `!`. */
const linesOf = (...names: readonly string[]) =>
  names.map((name) => ({ tenant: name.replace('!', ''), high: name.endsWith('!') }) as unknown as Line);

const shown = (tenants: Iterable<readonly Line[]>) =>
  [...tenants].map((lines) => lines.map(({ tenant, high }) => (high ? `${tenant}!` : tenant)).join(' '));

describe('Turns', () => {
  const lines = linesOf('a', 'b!', 'b', 'c', 'd!');
  const all = () => true;

  it.each([
    ['', ['a', 'b! b', 'c', 'd!']],
    ['a', ['b! b', 'c', 'd!', 'a']],
    ['bb', ['c', 'd!', 'a', 'b! b']],
    ['d', ['a', 'b! b', 'c', 'd!']],
    ['z', ['a', 'b! b', 'c', 'd!']],
  ])('begin after the tenant that was served last: %j', (served, order) => {
    const turns = new Turns();
    turns.served(served);
    expect(shown(turns.order(lines, all))).toEqual(order);
  });

  it('leave out lines that rest', () => {
    const turns = new Turns();
    expect(shown(turns.order(lines, ({ high }) => high))).toEqual(['b!', 'd!']);
    expect(shown(turns.order(lines, () => false))).toEqual([]);
    expect(shown(turns.order([], all))).toEqual([]);
  });
});
