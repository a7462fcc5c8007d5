import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createProvider } from '../../provider/create-provider.js';
import type { ResilientProvider } from '../../provider/resilient-provider.js';
import { MemoryStore } from '../../store/memory-store.js';
import { httpError, turn } from '../../testing/calls.fixture.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';

const TTL_MS = 1000;
const LOCAL_TTL_MS = 300;
const HOSTS = 2;

interface Setup {
  /** Whether messages reach the other host. */
  readonly hears: boolean;
}

type Step =
  | { readonly do: 'get'; readonly host: number; readonly id: number; readonly tenant: string | undefined }
  | { readonly do: 'settle'; readonly which: number; readonly fine: boolean }
  | { readonly do: 'invalidate'; readonly host: number; readonly id: number; readonly by: 'tag' | 'args' | 'all' }
  | { readonly do: 'advance'; readonly ms: number };

/** A call to the provider. */
interface Load {
  readonly question: string;
  readonly id: number;
  readonly begunAt: number;
  /** When it began among all steps. */
  readonly step: number;
  readonly work: Deferred;
  settledAt: number | undefined;
}

/** Answers to forget: none that was asked for before may be given after it. */
interface Invalidated {
  readonly id: number | undefined;
  readonly step: number;
  readonly at: number;
}

/** Two hosts over one store, and what was seen of them. */
class Fleet {
  readonly clock = new TestClock();
  readonly loads: Load[] = [];
  readonly invalidated: Invalidated[] = [];
  readonly wrong: string[] = [];
  step = 0;
  private readonly hosts: ResilientProvider[];

  constructor(private readonly setup: Setup) {
    const { clock } = this;
    const store = new MemoryStore({ clock });
    if (!setup.hears) store.bus.publish = () => Promise.reject(new Error('lost'));
    const tags = (_result: unknown, id: number) => [`id ${id}`];
    const cache = { ttl: TTL_MS, tags, shared: { localTtl: LOCAL_TTL_MS, wait: '1h', lease: '10s' } } as const;
    this.hosts = Array.from({ length: HOSTS }, () => createProvider('model', { cache }, { clock, store }));
  }

  get(host: number, id: number, tenant: string | undefined): void {
    const asked = { step: this.step, at: this.clock.now(), question: `${id} of ${tenant}` };
    const work = () => {
      const load: Load = {
        ...asked,
        id,
        begunAt: this.clock.now(),
        step: this.step,
        work: deferred(),
        settledAt: undefined,
      };
      this.loads.push(load);
      return load.work.promise;
    };
    const options = { args: [id], operation: 'find', ...(tenant !== undefined && { key: tenant }) };
    const number = this.hosts[host]!.execute(work, options) as Promise<number>;
    number.then(
      (given) => this.check(this.loads[given]!, asked),
      () => undefined,
    );
  }

  settle(which: number, fine: boolean): void {
    const open = this.loads.filter(({ settledAt }) => settledAt === undefined);
    const load = open[which % Math.max(1, open.length)];
    if (load === undefined) return;
    load.settledAt = this.clock.now();
    if (fine) load.work.resolve(this.loads.indexOf(load));
    else load.work.reject(httpError(503));
  }

  async invalidate(host: number, id: number, by: 'tag' | 'args' | 'all'): Promise<void> {
    const which = { tag: { tags: [`id ${id}`] }, args: { operation: 'find', args: [id] }, all: {} }[by];
    await this.hosts[host]!.cache.invalidate(which);
    this.invalidated.push({ id: by === 'all' ? undefined : id, step: this.step, at: this.clock.now() });
  }

  /** The answer of a load was given to a call. */
  private check(load: Load, asked: { readonly step: number; readonly at: number; readonly question: string }): void {
    if (load.question !== asked.question) this.wrong.push(`${load.question} was given to ${asked.question}`);
    if (load.settledAt! <= asked.at - TTL_MS) this.wrong.push('an answer past its time was given');
    for (const { id, step, at } of this.invalidated) {
      const isMeant = (id === undefined || id === load.id) && load.step < step && step < asked.step;
      // A host that hears nothing gives what it has in memory for a while, and what is on its way.
      const wasUnderWay = load.settledAt! >= asked.at;
      const isExcused = !this.setup.hears && (asked.at - at < LOCAL_TTL_MS || wasUnderWay);
      if (isMeant && !isExcused) this.wrong.push('an answer was given that had been invalidated');
    }
  }

  /** Two calls for one question at the same time, where nothing was invalidated meanwhile. */
  needless(): readonly Load[] {
    return this.loads.filter((load) =>
      this.loads.some(
        (other) =>
          other.question === load.question &&
          other.step < load.step &&
          (other.settledAt === undefined || other.settledAt > load.begunAt) &&
          !this.invalidated.some(({ step }) => step > other.step && step < load.step),
      ),
    );
  }
}

const host = fc.nat(HOSTS - 1);
const id = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('get' as const),
      host,
      id,
      tenant: fc.constantFrom(undefined, undefined, 'acme'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(100),
      fine: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('invalidate' as const),
      host,
      id,
      by: fc.constantFrom('tag', 'args', 'all'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 99, 100, 299, 300, 700, 1000) }),
  },
) as fc.Arbitrary<Step>;

async function follow(setup: Setup, steps: readonly Step[]): Promise<void> {
  const fleet = new Fleet(setup);
  for (const next of steps) {
    fleet.step++;
    if (next.do === 'get') fleet.get(next.host, next.id, next.tenant);
    else if (next.do === 'settle') fleet.settle(next.which, next.fine);
    else if (next.do === 'invalidate') await fleet.invalidate(next.host, next.id, next.by);
    else await fleet.clock.advance(next.ms);
    await turn();
    await turn();
  }
  expect(fleet.wrong).toEqual([]);
  expect(fleet.needless()).toEqual([]);
}

const RUNS = modelRuns(300);

describe('a cache that hosts share', () => {
  it(
    'gives nothing that is too old, invalidated or another’s, and asks once, however hosts, answers and time interleave',
    async () => {
      const setup = fc.record({ hears: fc.boolean() });
      const runs = await fc.check(fc.asyncProperty(setup, fc.array(step, { maxLength: 40, size: 'max' }), follow), {
        numRuns: RUNS,
      });
      expect(fc.defaultReportMessage(runs)).toBeUndefined();
    },
    10_000 + 60 * RUNS,
  );
});
