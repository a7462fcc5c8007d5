import { describe, expect, it } from '@jest/globals';
import { CircuitVotes } from './circuit-votes.js';

/** The votes of as many hosts as are told apart, each on a circuit of its own. */
function full() {
  const votes = new CircuitVotes();
  for (let i = 0; i < 1000; i++) votes.cast({ circuit: `circuit ${i}`, host: 'a', openForMs: 1000 }, 0);
  return votes;
}

const newcomer = { circuit: 'new', host: 'b', openForMs: 1000 };

describe('the votes on circuits', () => {
  it('name the hosts that have voted, until they take their vote back', () => {
    const votes = new CircuitVotes();
    expect(votes.has('crm', 'a')).toBe(false);
    votes.cast({ circuit: 'crm', host: 'a', openForMs: 5 }, 0);
    expect([votes.has('crm', 'a'), votes.has('crm', 'b'), votes.has('erp', 'a')]).toEqual([true, false, false]);
    votes.cast({ circuit: 'crm', host: 'a', openForMs: 0 }, 1);
    expect(votes.has('crm', 'a')).toBe(false);
    expect(votes.all(1)).toEqual([]);
  });

  it('count a host once, by its last vote', () => {
    const votes = new CircuitVotes();
    votes.cast({ circuit: 'crm', host: 'a', openForMs: 5000 }, 0);
    votes.cast({ circuit: 'crm', host: 'a', openForMs: 100 }, 0);
    expect(votes.verdict('crm', 1, 0)).toEqual({ openForMs: 100, hosts: 1 });
    expect(votes.verdict('crm', 2, 0)).toBeUndefined();
  });

  it('last until the time that the quorum has in common, and count only hosts whose time is not over', () => {
    const votes = new CircuitVotes();
    for (const [host, openForMs] of Object.entries({ a: 100, b: 300, c: 200 })) {
      votes.cast({ circuit: 'crm', host, openForMs }, 0);
    }
    expect(votes.verdict('crm', 2, 50)).toEqual({ openForMs: 150, hosts: 3 });
    expect(votes.verdict('crm', 2, 100)).toEqual({ openForMs: 100, hosts: 2 });
    expect(votes.verdict('crm', 2, 200)).toBeUndefined();
    expect(votes.verdict('unheard', 1, 0)).toBeUndefined();
  });

  it('are handed on with the time that is left, without those that are over', () => {
    const votes = new CircuitVotes();
    votes.cast({ circuit: 'crm', host: 'a', openForMs: 100 }, 0);
    votes.cast({ circuit: 'crm', host: 'b', openForMs: 300 }, 0);
    expect(votes.all(100)).toEqual([{ circuit: 'crm', host: 'b', openForMs: 200 }]);
  });

  it('are bounded: beyond a thousand none is added, until one is taken back', () => {
    const votes = full();
    votes.cast(newcomer, 0);
    expect(votes.verdict('new', 1, 0)).toBeUndefined();
    votes.cast({ circuit: 'circuit 7', host: 'a', openForMs: 0 }, 0);
    votes.cast(newcomer, 0);
    expect(votes.verdict('new', 1, 0)).toEqual({ openForMs: 1000, hosts: 1 });
    votes.cast({ ...newcomer, host: 'c' }, 0);
    expect(votes.verdict('new', 1, 0)).toEqual({ openForMs: 1000, hosts: 1 });
  });

  it('make no room for a host that takes back what it has not given, and keep the room of one that votes again', () => {
    const votes = full();
    votes.cast({ circuit: 'circuit 7', host: 'b', openForMs: 0 }, 0);
    votes.cast({ circuit: 'circuit 7', host: 'a', openForMs: 2000 }, 0);
    votes.cast(newcomer, 0);
    expect(votes.verdict('new', 1, 0)).toBeUndefined();
    expect(votes.verdict('circuit 7', 1, 0)).toEqual({ openForMs: 2000, hosts: 1 });
  });
});
