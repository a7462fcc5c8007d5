import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../store/memory-store.js';
import { turn } from '../../../testing/calls.fixture.js';
import { TestClock } from '../../../testing/test-clock.js';
import type { Vote } from './circuit-votes.js';
import { SharedCircuits, type VotedCircuit } from './shared-circuits.js';

const KEY = 'circuitBreaker:crm';

/** A circuit that notes what other hosts have made it do. */
function circuit(id = 'a', quorum = 1) {
  const adopted: [number, number][] = [];
  const voted: VotedCircuit = { id, quorum, adopt: (openForMs, hosts) => adopted.push([openForMs, hosts]) };
  return { ...voted, adopted };
}

/** Hosts over one store, which notes what it is asked for. */
function fleet({ hasBus = true } = {}) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock });
  const { bus } = store;
  if (!hasBus) Object.defineProperty(store, 'bus', { value: undefined });
  const asked = { get: 0, put: 0, subscribe: 0 };
  for (const [on, name] of [
    [store, 'get'],
    [store, 'put'],
    [bus, 'subscribe'],
  ] as const) {
    const target = on as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = target[name]!.bind(on);
    target[name] = (...args) => {
      asked[name]++;
      return original(...args);
    };
  }
  let hosts = 0;
  const host = () => {
    const number = ++hosts;
    const circuits = new SharedCircuits(clock);
    const join = (joining: VotedCircuit, provider = 'crm') =>
      circuits.join(joining, { store, provider, random: () => number / 10 });
    return { circuits, join };
  };
  const standing = async () => JSON.parse((await store.get(KEY))?.value ?? '[]') as readonly Vote[];
  const tell = async (...votes: Vote[]) => {
    for (const vote of votes) await bus.publish(KEY, JSON.stringify(vote));
  };
  const put = (ttlMs: number, ...votes: Vote[]) => store.put(KEY, JSON.stringify(votes), { ttlMs, if: 'always' });
  return { clock, store, bus, asked, host, standing, tell, put };
}

describe('the circuits of a provider on one host', () => {
  it('are told of together: one subscription and one look into the store, however many there are', async () => {
    const { clock, asked, host } = fleet();
    const { join } = host();
    for (const id of ['a', 'b', 'c']) join(circuit(id));
    await clock.advance('4999ms');
    expect(asked).toMatchObject({ subscribe: 1, get: 1 });
    await clock.advance(1);
    expect(asked).toMatchObject({ subscribe: 1, get: 2 });
  });

  it('are looked for every second where no bus tells of votes', async () => {
    const { clock, asked, host } = fleet({ hasBus: false });
    host().join(circuit());
    await clock.advance('3s');
    expect(asked).toMatchObject({ subscribe: 0, get: 4 });
  });

  it('are heard of until the last of them is gone', async () => {
    const { clock, asked, host, tell } = fleet();
    const { circuits, join } = host();
    const [one, other] = [circuit('a'), circuit('b')];
    join(one);
    join(other);
    circuits.leave(one);
    await tell({ circuit: 'b', host: 'x', openForMs: 100 });
    expect(other.adopted).toEqual([[100, 1]]);
    circuits.leave(other);
    await turn();
    await tell({ circuit: 'b', host: 'y', openForMs: 100 });
    await clock.advance('10s');
    expect(other.adopted).toHaveLength(1);
    expect(asked.get).toBe(1);
  });

  it('stay when one leaves whose place another has taken', async () => {
    const { host, tell } = fleet();
    const { circuits, join } = host();
    const [before, now] = [circuit(), circuit()];
    join(before);
    join(now);
    circuits.leave(before);
    await tell({ circuit: 'a', host: 'x', openForMs: 100 });
    expect([before.adopted, now.adopted]).toEqual([[], [[100, 1]]]);
  });

  it('end without a bus, too', () => {
    const { clock, host } = fleet({ hasBus: false });
    const { circuits, join } = host();
    const only = circuit();
    join(only);
    circuits.leave(only);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('are not those of another provider that shares the store', async () => {
    const { host } = fleet();
    const [crm, erp] = [circuit(), circuit()];
    const [one, other] = [host(), host()];
    one.join(crm);
    other.join(erp, 'erp');
    one.circuits.vote('a', 1000);
    await turn();
    const late = circuit();
    host().join(late, 'erp');
    await turn();
    expect([erp.adopted, late.adopted]).toEqual([[], []]);
  });
});

describe('the vote of a host', () => {
  it('is written, and taken out again when its circuit closes', async () => {
    const { host, standing } = fleet();
    const { circuits, join } = host();
    join(circuit('a', 2));
    circuits.vote('a', 1000);
    await turn();
    expect(await standing()).toMatchObject([{ circuit: 'a', openForMs: 1000 }]);
    circuits.vote('a', 0);
    await turn();
    expect(await standing()).toEqual([]);
  });

  it('costs nothing where there is none to take back', async () => {
    const { host, asked } = fleet();
    const { circuits, join } = host();
    join(circuit('a', 2));
    circuits.vote('a', 0);
    await turn();
    expect(asked.put).toBe(0);
  });

  it('is written once, and stands beside that of a host that was written at the same time', async () => {
    const { asked, host, standing } = fleet();
    const [one, other] = [host(), host()];
    for (const { join } of [one, other]) join(circuit('a', 3));
    await turn();
    one.circuits.vote('a', 1000);
    other.circuits.vote('a', 2000);
    await turn();
    expect((await standing()).map(({ openForMs }) => openForMs).sort()).toEqual([1000, 2000]);
    expect(asked.put).toBe(3);
  });

  it('is not written when it was taken back before its turn came, and those on other circuits are', async () => {
    const { asked, host, standing } = fleet();
    const { circuits, join } = host();
    for (const id of ['a', 'b']) join(circuit(id, 2));
    circuits.vote('b', 500);
    await turn();
    circuits.vote('a', 1000);
    circuits.vote('a', 0);
    await turn();
    expect(await standing()).toMatchObject([{ circuit: 'b', openForMs: 500 }]);
    expect(asked.put).toBe(2);
  });

  it('does not count when the bus brings it back late', async () => {
    const { bus, host } = fleet();
    const { circuits, join } = host();
    join(circuit('a', 2));
    const messages: string[] = [];
    await bus.subscribe(KEY, (message) => messages.push(message));
    circuits.vote('a', 1000);
    circuits.vote('a', 0);
    await turn();
    await bus.publish(KEY, messages[0]!);
    const judged = circuit('a', 1);
    join(judged);
    expect(judged.adopted).toEqual([]);
  });

  it('is written beside votes on circuits that this host does not have', async () => {
    const { host, put, standing, tell } = fleet();
    await put(1000, { circuit: 'elsewhere', host: 'x', openForMs: 1000 });
    const { circuits, join } = host();
    join(circuit('a', 2));
    await turn();
    await tell({ circuit: 'nowhere', host: 'x', openForMs: 1000 });
    circuits.vote('a', 300);
    await turn();
    expect((await standing()).map((vote) => vote.circuit).sort()).toEqual(['a', 'elsewhere', 'nowhere']);
  });
});

describe('the votes in the store', () => {
  it('count for the time that is left of them', async () => {
    const { clock, host, put } = fleet();
    await put(5000, { circuit: 'a', host: 'x', openForMs: 5000 });
    await clock.advance('2s');
    const late = circuit();
    host().join(late);
    await turn();
    expect(late.adopted).toEqual([[3000, 1]]);
  });

  it('take nothing from what the bus has told since', async () => {
    const { clock, host, put, tell } = fleet();
    await put(60_000, { circuit: 'a', host: 'x', openForMs: 2000 }, { circuit: 'b', host: 'y', openForMs: 60_000 });
    const { join } = host();
    join(circuit('a', 2));
    await clock.advance('3s');
    await tell({ circuit: 'a', host: 'x', openForMs: 10_000 });
    await clock.advance('3s');
    const late = circuit('a', 1);
    join(late);
    expect(late.adopted).toEqual([[7000, 1]]);
  });
});
