import assert from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createProvider } from '../../provider/create-provider.js';
import { httpError, turn, watch } from '../../testing/calls.fixture.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';

interface Options {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly errors: false | { readonly ttl: number };
}

const HOW = ['fine', 'down', 'gone'] as const;
type How = (typeof HOW)[number];

/** The result of a caller: the number of the load whose answer it got, or what went wrong. */
type Got = `answer ${number}` | 'down' | 'gone' | 'left';

interface Kept {
  readonly got: Got;
  readonly at: number;
  askAgainAt: number;
}

interface Load {
  readonly number: number;
  readonly key: string;
  readonly inBackground: boolean;
  waiting: number[];
  current: boolean;
}

/** A cache written to be read. */
class Model {
  now = 0;
  /** The result of each caller, by number; `undefined` while it waits. */
  readonly callers: (Got | undefined)[] = [];
  readonly loads: Load[] = [];
  /** The loads that were aborted. */
  readonly abandoned = new Set<number>();
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly options: Options) {}

  get(key: string): void {
    const { ttl, staleWhileRevalidate, staleIfError, errors } = this.options;
    const caller = this.callers.length;
    this.callers.push(undefined);
    const kept = this.kept.get(key);
    if (kept !== undefined) {
      const age = this.now - kept.at;
      if (kept.got === 'gone') {
        if (errors !== false && age < errors.ttl) return this.give(caller, kept.got);
      } else {
        if (age < ttl) return this.give(caller, kept.got);
        const revalidating = age < ttl + staleWhileRevalidate;
        if (revalidating && this.now >= kept.askAgainAt && this.current(key) === undefined) this.load(key, true);
        if (revalidating || (this.now < kept.askAgainAt && age < ttl + staleIfError))
          return this.give(caller, kept.got);
      }
    }
    (this.current(key) ?? this.load(key, false)).waiting.push(caller);
  }

  settle(number: number, how: How): void {
    const load = this.loads.find((load) => load.number === number)!;
    this.loads.splice(this.loads.indexOf(load), 1);
    if (this.abandoned.has(number)) return;
    let got: Got = how === 'fine' ? `answer ${number}` : how;
    const { ttl, staleWhileRevalidate, staleIfError, errors } = this.options;
    const standing = this.kept.get(load.key);
    if (load.current && how === 'fine') this.kept.set(load.key, { got, at: this.now, askAgainAt: 0 });
    if (load.current && how === 'gone') {
      this.kept.delete(load.key);
      if (errors !== false) this.kept.set(load.key, { got, at: this.now, askAgainAt: 0 });
    }
    if (load.current && how === 'down' && standing !== undefined && standing.got !== 'gone') {
      const age = this.now - standing.at;
      if (age < ttl + Math.max(staleWhileRevalidate, staleIfError)) standing.askAgainAt = this.now + 1000;
      if (age < ttl + staleIfError) got = standing.got;
    }
    for (const caller of load.waiting) this.give(caller, got);
  }

  abort(caller: number): void {
    if (this.callers[caller] !== undefined) return;
    this.give(caller, 'left');
    const load = this.loads.find(({ waiting }) => waiting.includes(caller))!;
    load.waiting = load.waiting.filter((other) => other !== caller);
    if (load.waiting.length > 0 || load.inBackground) return;
    load.current = false;
    this.abandoned.add(load.number);
  }

  invalidate(key: string): void {
    this.kept.delete(key);
    for (const load of this.loads) if (load.key === key) load.current = false;
  }

  private current(key: string): Load | undefined {
    return this.loads.find((load) => load.key === key && load.current);
  }

  private load(key: string, inBackground: boolean): Load {
    const load = { number: this.begun++, key, inBackground, waiting: [], current: true };
    this.loads.push(load);
    return load;
  }

  private give(caller: number, got: Got): void {
    this.callers[caller] = got;
  }

  /** How many loads were begun. */
  begun = 0;
}

/** The real one, with a list of the loads that were begun. */
class Subject {
  readonly clock = new TestClock();
  readonly callers: { readonly result: ReturnType<typeof watch>; readonly caller: AbortController }[] = [];
  readonly loads: { readonly work: Deferred; readonly signal: AbortSignal }[] = [];
  private readonly provider;

  constructor(cache: Options) {
    const { clock } = this;
    this.provider = createProvider('model', { cache }, { clock, random: () => 0 });
  }

  get(key: string): void {
    const caller = new AbortController();
    const result = watch(
      this.provider.execute(
        ({ signal }) => {
          const work = deferred();
          this.loads.push({ work, signal });
          return work.promise;
        },
        { args: [key], signal: caller.signal },
      ),
    );
    this.callers.push({ result, caller });
  }

  settle(number: number, how: How): void {
    const { work } = this.loads[number]!;
    if (how === 'fine') work.resolve(`answer ${number}`);
    else work.reject(httpError(how === 'down' ? 503 : 404));
  }

  got(caller: number): unknown {
    const { result } = this.callers[caller]!;
    if (!result.settled) return undefined;
    if (result.error === undefined) return result.value;
    if (result.error === 'left') return 'left';
    return (result.error as Error).message === 'status 503' ? 'down' : 'gone';
  }

  invalidate(key: string): void {
    this.provider.invalidate({ args: [key] });
  }
}

const options: fc.Arbitrary<Options> = fc.record({
  ttl: fc.constantFrom(100, 1000),
  staleWhileRevalidate: fc.constantFrom(0, 500, 3000),
  staleIfError: fc.constantFrom(0, 700, 5000),
  errors: fc.constantFrom<false | { ttl: number }>(false, { ttl: 50 }, { ttl: 2000 }),
});

type Step =
  | { readonly do: 'get' | 'invalidate'; readonly key: string }
  | { readonly do: 'settle'; readonly which: number; readonly how: How }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'abort'; readonly which: number };

const key = fc.constantFrom('a', 'a', 'b');

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(1000),
      how: fc.constantFrom('fine', 'fine', ...HOW),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 49, 50, 99, 100, 499, 500, 700, 999, 1000, 3000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), key }) },
);

async function follow(given: Options, steps: readonly Step[]): Promise<void> {
  const model = new Model(given);
  const subject = new Subject(given);
  for (const next of steps) {
    if (next.do === 'get') {
      model.get(next.key);
      subject.get(next.key);
    } else if (next.do === 'settle') {
      const load = model.loads[next.which % Math.max(1, model.loads.length)];
      if (load === undefined) continue;
      model.settle(load.number, next.how);
      subject.settle(load.number, next.how);
    } else if (next.do === 'advance') {
      model.now += next.ms;
      subject.clock.block(next.ms);
    } else if (next.do === 'abort') {
      const waiting = [...model.callers.keys()].filter((caller) => model.callers[caller] === undefined);
      const caller = waiting[next.which % Math.max(1, waiting.length)];
      if (caller === undefined) continue;
      model.abort(caller);
      subject.callers[caller]!.caller.abort('left');
    } else if (next.do === 'invalidate') {
      model.invalidate(next.key);
      subject.invalidate(next.key);
    }
    await turn();
    assert.equal(subject.loads.length, model.begun, 'loads begun');
    assert.deepEqual(
      subject.callers.map((_, caller) => subject.got(caller)),
      model.callers,
    );
    assert.deepEqual(
      [...subject.loads.keys()].filter((number) => subject.loads[number]!.signal.aborted),
      [...model.abandoned].sort((a, b) => a - b),
    );
  }
}

const RUNS = modelRuns(1000);

describe('cache', () => {
  it(
    'does what the model does, however callers, answers, time and hands interleave',
    async () => {
      const runs = await fc.check(fc.asyncProperty(options, fc.array(step, { maxLength: 40, size: 'max' }), follow), {
        numRuns: RUNS,
      });
      expect(fc.defaultReportMessage(runs)).toBeUndefined();
    },
    10_000 + 20 * RUNS,
  );
});
