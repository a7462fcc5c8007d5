import { describe, expect, it } from '@jest/globals';
import { Roster, type Rostered } from './roster.js';

class Named implements Rostered {
  isListed = false;
  before: this | undefined;
  after: this | undefined;

  constructor(readonly name: string) {}
}

function bench() {
  const roster = new Roster<Named>();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new Named(name)) as [Named, Named, Named];
  for (const member of [a, b, c]) roster.add(member);
  const names = () => [...roster].map(({ name }) => name).join('');
  return { roster, a, b, c, names };
}

describe('a roster', () => {
  it('holds its members in the order in which they came, wherever others leave', () => {
    const { roster, a, b, c, names } = bench();
    roster.delete(b);
    expect([names(), roster.size]).toEqual(['ac', 2]);
    roster.add(b);
    roster.delete(a);
    expect([names(), roster.size]).toEqual(['cb', 2]);
    roster.delete(b);
    roster.delete(c);
    expect([names(), roster.size]).toEqual(['', 0]);
    roster.add(a);
    expect([names(), roster.size]).toEqual(['a', 1]);
  });

  it('lets one leave twice, and one that was never there', () => {
    const { roster, b, names } = bench();
    roster.delete(b);
    roster.delete(b);
    roster.delete(new Named('d'));
    expect([names(), roster.size]).toEqual(['ac', 2]);
  });

  it('can be looked through while members leave', () => {
    const { roster, names } = bench();
    const seen: string[] = [];
    for (const member of roster) {
      seen.push(member.name);
      roster.delete(member);
    }
    expect([seen.join(''), names()]).toEqual(['abc', '']);
  });

  it('has no member that left lead to another', () => {
    const { roster, a, b } = bench();
    roster.delete(a);
    roster.delete(b);
    expect([a.before, a.after, b.before, b.after]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
