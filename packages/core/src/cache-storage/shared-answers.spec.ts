import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../store/memory-store.js';
import { turn as microtasks } from '../testing/calls.fixture.js';
import { TestClock } from '../testing/test-clock.js';
import { AskingTurn } from './asking-turn.js';
import { marksOf, type Invalidation } from './question.js';
import { SharedAnswers, type Asking, type SharedAnswer } from './shared-answers.js';

const SUBJECT = { operation: 'Catalog.find', id: '=1', tenant: 'acme' };
const QUESTION = { key: 'find 1', marks: marksOf(SUBJECT) };
const MINUTE_MS = 60_000;

const nothing = { hear: () => undefined };

/** Hosts of one application over one store. */
function fleet({ hasBus = true } = {}) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock });
  if (!hasBus) Object.defineProperty(store, 'bus', { value: undefined });
  const events: string[] = [];
  const host = () =>
    new SharedAnswers({
      clock,
      store,
      provider: 'catalog',
      emit: (type: string) => void events.push(type),
    } as unknown as ConstructorParameters<typeof SharedAnswers>[0]);
  const asking = (more: Partial<Asking> = {}): Asking => ({
    leaseMs: 5000,
    waitMs: 10_000,
    signal: new AbortController().signal,
    serves: () => true,
    ...more,
  });
  const turnOf = async (of: SharedAnswers, more?: Partial<Asking>) => {
    const asked = await of.ask(QUESTION, asking(more));
    if (!(asked instanceof AskingTurn)) throw new Error(`expected a turn, got ${JSON.stringify(asked)}`);
    return asked;
  };
  const shared = async (of: SharedAnswers, text = 'answer', tags: string[] = []) =>
    (await turnOf(of, { serves: () => false })).share({ text, tags }, MINUTE_MS);
  return { clock, store, events, a: host(), b: host(), asking, turnOf, shared };
}

describe('answers that hosts share', () => {
  it('are read by the other hosts, with their age', async () => {
    const { clock, a, b, asking, shared } = fleet();
    await shared(a);
    await clock.advance(700);
    expect(await b.read(QUESTION)).toEqual({ text: 'answer', tags: [], ageMs: 700 });
    expect(await b.ask(QUESTION, asking())).toMatchObject({ text: 'answer' });
    await clock.advance(MINUTE_MS);
    expect(await b.read(QUESTION)).toBeUndefined();
  });

  it.each([{ hasBus: true }, { hasBus: false }])(
    'are asked for by one host, while the others wait for it, with a bus or without: %j',
    async (how) => {
      const { clock, a, b, asking, turnOf } = fleet(how);
      b.join(nothing);
      const first = await turnOf(a);
      let got: unknown;
      void b.ask(QUESTION, asking()).then((asked) => (got = asked));
      await clock.advance(150);
      expect(got).toBeUndefined();
      await first.share({ text: 'late', tags: [] }, MINUTE_MS);
      await microtasks();
      if (!how.hasBus) await clock.advance(100);
      expect(got).toMatchObject({ text: 'late' });
    },
  );

  it('are asked for by the next host where the first has none, or dies', async () => {
    const { clock, a, b, asking, turnOf } = fleet();
    await (await turnOf(a)).end();
    const dying = await turnOf(b);
    (dying as unknown as { lease: { abandon(): void } }).lease.abandon();
    let got: unknown;
    void a.ask(QUESTION, asking()).then((asked) => (got = asked));
    await clock.advance('4s');
    expect(got).toBeUndefined();
    await clock.advance('2s');
    expect(got).toBeInstanceOf(AskingTurn);
  });

  it('are not waited for longer than asked, and the wait ends with an abort', async () => {
    const { clock, a, b, asking, turnOf } = fleet();
    await turnOf(a);
    expect(await b.ask(QUESTION, asking({ waitMs: 0 }))).toBe('elsewhere');
    let got: unknown;
    void b.ask(QUESTION, asking({ waitMs: 3000 })).then((asked) => (got = asked));
    await clock.advance('3s');
    expect(got).toBe('elsewhere');
    const caller = new AbortController();
    const waiting = b.ask(QUESTION, asking({ signal: caller.signal })).catch((error: unknown) => error);
    await microtasks();
    caller.abort('left');
    expect(await waiting).toBe('left');
  });

  it.each<[string, Invalidation, boolean]>([
    ['everything', {}, true],
    ['its operation', { operation: 'Catalog.find' }, true],
    ['its arguments', { operation: 'Catalog.find', id: '=1' }, true],
    ['its tenant', { tenant: 'acme' }, true],
    ['one of its tags', { tags: ['other', 'product:1'] }, true],
    ['another operation', { operation: 'Catalog.list' }, false],
    ['other arguments', { operation: 'Catalog.find', id: '=2' }, false],
    ['another tenant', { tenant: 'other' }, false],
    ['another tag', { tags: ['product:2'] }, false],
  ])('are void once a host has invalidated %s', async (_, invalidation, isVoid) => {
    const { a, b, shared } = fleet({ hasBus: false });
    await shared(a, 'answer', ['product:1']);
    await b.invalidate([invalidation]);
    expect((await a.read(QUESTION)) === undefined).toBe(isVoid);
  });

  it('are void where they were invalidated while they were asked for', async () => {
    const { a, b, turnOf } = fleet();
    const turn = await turnOf(a);
    await b.invalidate([{ tags: ['product:1'] }]);
    await turn.share({ text: 'old', tags: ['product:1'] }, MINUTE_MS);
    expect(await b.read(QUESTION)).toBeUndefined();
    const next = await turnOf(b);
    await next.share({ text: 'new', tags: ['product:1'] }, MINUTE_MS);
    expect(await a.read(QUESTION)).toMatchObject({ text: 'new' });
  });

  it('are not put over a later one by a host that was slow', async () => {
    const { clock, a, b, turnOf } = fleet();
    const slow = await turnOf(a);
    (slow as unknown as { lease: { abandon(): void } }).lease.abandon();
    await clock.advance('6s');
    await (await turnOf(b)).share({ text: 'later', tags: [] }, MINUTE_MS);
    await slow.share({ text: 'earlier', tags: [] }, MINUTE_MS);
    expect(await b.read(QUESTION)).toMatchObject({ text: 'later' });
  });

  it('tell the other hosts what to forget, and not the one that says so', async () => {
    const { a, b } = fleet();
    const heard: unknown[] = [];
    const own = { hear: (invalidation: Invalidation) => void heard.push(['a', invalidation]) };
    a.join(own);
    const listener = { hear: (invalidation: Invalidation) => void heard.push(['b', invalidation]) };
    b.join(listener);
    await a.invalidate([{ operation: 'Catalog.find' }, { tags: ['x'] }]);
    await microtasks();
    expect(heard).toEqual([
      ['b', { operation: 'Catalog.find' }],
      ['b', { tags: ['x'] }],
    ]);
    b.leave(listener);
    await a.invalidate([{}]);
    await microtasks();
    expect(heard).toHaveLength(2);
    a.leave(own);
  });

  it.each(['no JSON', '1{"format":9,"since":"1","tags":[]}\nx', '1{}\n', '9'])(
    'are none where the entry cannot be read, which is told once: %s',
    async (text) => {
      const { a, store, events, shared } = fleet();
      await shared(a);
      const put = store.put.bind(store);
      const [key] = [...(store as unknown as { entries: { byKey: Map<string, unknown> } }).entries.byKey.keys()];
      await put(key!, text, { ttlMs: MINUTE_MS, if: 'always' });
      expect(await a.read(QUESTION)).toBeUndefined();
      expect(await a.read(QUESTION)).toBeUndefined();
      expect(events).toEqual(['cache.unreadable']);
      await shared(a, 'anew');
      expect(await a.read(QUESTION)).toMatchObject({ text: 'anew' });
    },
  );

  it('cost nothing but the sharing while the store is away', async () => {
    const { clock, a, store, events, asking } = fleet();
    let asks = 0;
    const get = store.get.bind(store);
    store.get = () => {
      asks++;
      return Promise.reject(new Error('no route'));
    };
    expect(await a.ask(QUESTION, asking())).toBe('alone');
    const first = asks;
    expect(await a.ask(QUESTION, asking())).toBe('alone');
    expect(asks).toBe(first);
    store.get = () => new Promise(() => undefined);
    await clock.advance('1s');
    let got: unknown;
    void a.ask(QUESTION, asking()).then((asked) => (got = asked));
    await clock.advance(250);
    expect(got).toBe('alone');
    await expect(a.invalidate([{}])).rejects.toThrow('left alone');
    store.get = get;
    await clock.advance('1s');
    expect(await a.ask(QUESTION, asking())).toBeInstanceOf(AskingTurn);
    expect(events).toEqual(['cache.apart', 'cache.rejoined']);
  });

  it.each([1, 999, 1500, 20_000])('are void after %i invalidations at once, whichever was the first', async (count) => {
    const { a, b, shared } = fleet();
    await shared(a, 'answer', ['tag 0']);
    await Promise.all(Array.from({ length: count }, (_, i) => a.invalidate([{ tags: [`tag ${i}`] }])));
    expect(await b.read(QUESTION)).toBeUndefined();
  });

  it('are void after invalidations that came while the store was told of others', async () => {
    const { clock, store, a, b, shared } = fleet();
    await shared(a, 'answer', ['late']);
    const put = store.put.bind(store);
    store.put = async (...given) => {
      await clock.sleep(100);
      return put(...given);
    };
    const told = [a.invalidate([{ tags: ['early'] }])];
    await clock.advance(50);
    for (let i = 0; i < 1100; i++) told.push(a.invalidate([{ tags: [i === 500 ? 'late' : `tag ${i}`] }]));
    await clock.advance('1m');
    await Promise.all(told);
    expect(await b.read(QUESTION)).toBeUndefined();
  });

  it('are void where the store takes a while for each of the tags of one invalidation', async () => {
    const { clock, store, events, a, b, shared } = fleet();
    await shared(a, 'answer', ['tag 999']);
    const put = store.put.bind(store);
    let line = Promise.resolve();
    store.put = async (...given) => {
      await (line = line.then(() => clock.sleep(1)));
      return put(...given);
    };
    const told = a.invalidate([{ tags: Array.from({ length: 1000 }, (_, i) => `tag ${i}`) }]);
    told.catch(() => undefined);
    for (let i = 0; i < 1100; i++) await clock.advance(1);
    await told;
    expect([await b.read(QUESTION), events]).toEqual([undefined, []]);
  });

  it('may be any text', async () => {
    const { a, b, shared } = fleet();
    for (const text of ['', '\n', '\0', '\ud800', '{"a":1}', 'é\n\n']) {
      await shared(a, text);
      expect(((await b.read(QUESTION)) as SharedAnswer).text).toBe(text);
    }
  });
});
