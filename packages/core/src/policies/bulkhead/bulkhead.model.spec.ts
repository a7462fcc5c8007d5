import assert from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createProvider } from '../../provider/create-provider.js';
import type { ResilientProvider } from '../../provider/resilient-provider.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { httpError, turn, watch } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import type { BulkheadSnapshot } from './bulkhead.telemetry.js';

/** How long an attempt may take. */
const ATTEMPT_MS = 100;

interface Options {
  readonly concurrency: number;
  readonly queue: number;
  readonly wait: number;
  /** Additive increase, multiplicative decrease; work is slow when it takes longer than `slowerThan`. */
  readonly adaptive: false | { readonly min: number; readonly max: number; readonly slowerThan: number };
}

type Fate = 'queued' | 'running' | 'served' | 'failed' | 'left' | 'timed out' | 'queue-full' | 'waited-too-long';

interface ModelCall {
  fate: Fate;
  /** Whether it takes a slot. */
  holds: boolean;
  waitUntil: number;
  startedAt: number;
  /** The adaptive limit as the call knew it when it was admitted. */
  limit: Adaptive | undefined;
  inFlight: number;
  backoffs: number;
}

interface Adaptive {
  limit: number;
  successes: number;
  backoffs: number;
}

/** A bulkhead written to be read: it looks through all its calls for every answer. */
class Model {
  now = 0;
  readonly calls: ModelCall[] = [];
  /** Every call that was let through, in order. */
  readonly started: number[] = [];
  private adaptive: Adaptive | undefined;
  private waiting: ModelCall[] = [];

  constructor(private options: Options) {
    if (options.adaptive !== false) this.adaptive = { limit: options.concurrency, successes: 0, backoffs: 0 };
  }

  get limit(): number {
    return this.adaptive?.limit ?? this.options.concurrency;
  }

  count(is: (call: ModelCall) => boolean): number {
    return this.calls.filter(is).length;
  }

  arrive(): void {
    const { wait, queue } = this.options;
    const call: ModelCall = {
      fate: 'queued',
      holds: false,
      waitUntil: this.now + wait,
      startedAt: 0,
      limit: undefined,
      inFlight: 0,
      backoffs: 0,
    };
    this.calls.push(call);
    if (this.count(({ holds }) => holds) < this.limit) this.start(call);
    else if (this.waiting.length < queue) this.waiting.push(call);
    else call.fate = 'queue-full';
  }

  /** The work of a call ends, whether or not a caller waits for it. */
  end(call: ModelCall, how: 'served' | 'failed' | 'throttled'): void {
    if (call.fate === 'running') {
      call.fate = how === 'served' ? 'served' : 'failed';
      if (how !== 'failed') this.learn(call, how === 'throttled');
    }
    call.holds = false;
    this.admit();
  }

  leave(call: ModelCall): void {
    this.waiting = this.waiting.filter((other) => other !== call);
    call.fate = 'left';
  }

  advance(ms: number): void {
    this.now += ms;
    for (const call of this.waiting.filter(({ waitUntil }) => waitUntil <= this.now)) {
      this.leave(call);
      call.fate = 'waited-too-long';
    }
    for (const call of this.calls) {
      if (call.fate !== 'running' || call.startedAt + ATTEMPT_MS > this.now) continue;
      call.fate = 'timed out';
      this.learn(call, true);
    }
  }

  reconfigure(options: Options): void {
    this.options = options;
    const { adaptive, concurrency } = options;
    if (adaptive === false) this.adaptive = undefined;
    else {
      this.adaptive ??= { limit: concurrency, successes: 0, backoffs: 0 };
      this.adaptive.limit = Math.min(adaptive.max, Math.max(adaptive.min, this.adaptive.limit));
    }
    this.admit();
  }

  private admit(): void {
    while (this.waiting.length > 0 && this.count(({ holds }) => holds) < this.limit) this.start(this.waiting.shift()!);
  }

  private start(call: ModelCall): void {
    this.started.push(this.calls.indexOf(call));
    call.fate = 'running';
    call.holds = true;
    call.startedAt = this.now;
    call.limit = this.adaptive;
    call.inFlight = this.count(({ holds }) => holds);
    call.backoffs = this.adaptive?.backoffs ?? 0;
  }

  private learn({ limit, inFlight, backoffs, startedAt }: ModelCall, turnedAway: boolean): void {
    const { adaptive } = this.options;
    if (limit === undefined || limit !== this.adaptive || adaptive === false || backoffs !== limit.backoffs) return;
    if (turnedAway || this.now - startedAt > adaptive.slowerThan) {
      limit.backoffs++;
      limit.successes = 0;
      limit.limit = Math.max(adaptive.min, Math.floor((limit.limit * 9) / 10));
    } else if (inFlight >= limit.limit / 2) {
      limit.successes++;
      if (limit.successes < limit.limit) return;
      limit.successes = 0;
      limit.limit = Math.min(adaptive.max, limit.limit + 1);
    }
  }
}

/** The real one, with all its callers. */
class Subject {
  readonly clock = new TestClock();
  readonly started: number[] = [];
  readonly calls: { work: Deferred<void>; caller: AbortController; result: ReturnType<typeof watch> }[] = [];
  private readonly provider: ResilientProvider;

  constructor(options: Options) {
    const { clock } = this;
    this.provider = createProvider('model', { bulkhead: options, timeout: { attempt: ATTEMPT_MS } }, { clock });
  }

  arrive(): void {
    const work = deferred<void>();
    const caller = new AbortController();
    const name = this.calls.length;
    const run = () => {
      this.started.push(name);
      return work.promise;
    };
    this.calls.push({ work, caller, result: watch(this.provider.execute(run, { signal: caller.signal })) });
  }

  reconfigure(options: Options): void {
    this.provider.reconfigure({ bulkhead: options });
  }

  snapshot(): BulkheadSnapshot {
    return snapshotOf(this.provider, 'bulkhead');
  }

  fate(i: number): Fate {
    const { settled, error } = this.calls[i]!.result;
    if (!settled) return this.started.includes(i) ? 'running' : 'queued';
    if (error === undefined) return 'served';
    if (error === 'left') return 'left';
    const { code, why } = error as { code?: string; why?: Fate };
    if (code === 'TIMEOUT') return 'timed out';
    return code === 'BULKHEAD_FULL' ? why! : 'failed';
  }
}

const OPTIONS: fc.Arbitrary<Options> = fc.record({
  concurrency: fc.integer({ min: 2, max: 4 }),
  queue: fc.integer({ min: 0, max: 4 }),
  wait: fc.constantFrom(30, 150, 3_600_000),
  adaptive: fc.oneof(
    fc.constant<false>(false),
    fc.record({
      min: fc.integer({ min: 1, max: 2 }),
      max: fc.integer({ min: 4, max: 6 }),
      slowerThan: fc.constantFrom(40, 1000),
    }),
  ),
});

type Step =
  | { readonly do: 'arrive'; readonly times: number }
  | { readonly do: 'end'; readonly which: number; readonly how: 'served' | 'failed' | 'throttled' }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'reconfigure'; readonly options: Options };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('arrive' as const), times: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(1000),
      how: fc.constantFrom('served', 'served', 'served', 'failed', 'throttled'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(1000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 29, 30, 41, 100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconfigure' as const), options: OPTIONS }) },
) as fc.Arbitrary<Step>;

/** Does the same to both. */
async function take(step: Step, model: Model, subject: Subject): Promise<void> {
  const pick = (which: number, is: (call: ModelCall) => boolean) => {
    const candidates = model.calls.flatMap((call, i) => (is(call) ? [i] : []));
    return candidates.length === 0 ? undefined : candidates[which % candidates.length];
  };
  if (step.do === 'arrive') {
    for (let i = 0; i < step.times; i++) {
      model.arrive();
      subject.arrive();
    }
  } else if (step.do === 'end') {
    const i = pick(step.which, ({ holds }) => holds);
    if (i === undefined) return;
    model.end(model.calls[i]!, step.how);
    const { work } = subject.calls[i]!;
    if (step.how === 'served') work.resolve();
    else work.reject(httpError(step.how === 'throttled' ? 429 : 500));
  } else if (step.do === 'abort') {
    const i = pick(step.which, ({ fate }) => fate === 'queued' || fate === 'running');
    if (i === undefined) return;
    model.leave(model.calls[i]!);
    subject.calls[i]!.caller.abort('left');
  } else if (step.do === 'advance') {
    for (let ms = 0; ms < step.ms; ms++) model.advance(1);
    await subject.clock.advance(step.ms);
  } else {
    model.reconfigure(step.options);
    subject.reconfigure(step.options);
  }
}

async function follow(options: Options, steps: readonly Step[]): Promise<void> {
  const model = new Model(options);
  const subject = new Subject(options);
  for (const step of steps) {
    await take(step, model, subject);
    await turn();
    assert.deepEqual(
      subject.calls.map((_call, i) => subject.fate(i)),
      model.calls.map(({ fate }) => fate),
    );
    assert.deepEqual(subject.started, model.started);
    const { limit, active, abandoned, queued, admitted, refused } = subject.snapshot();
    assert.deepEqual(
      { limit, active, abandoned, queued, admitted, refused },
      {
        limit: model.limit,
        active: model.count(({ holds }) => holds),
        abandoned: model.count(({ holds, fate }) => holds && fate !== 'running'),
        queued: model.count(({ fate }) => fate === 'queued'),
        admitted: model.started.length,
        refused: model.count(({ fate }) => fate === 'queue-full' || fate === 'waited-too-long'),
      },
    );
  }
  for (const { work } of subject.calls) work.resolve();
  for (let i = 0; i <= subject.calls.length; i++) await turn();
  assert.deepEqual([subject.snapshot()['active'], subject.snapshot()['queued']], [0, 0]);
  assert.equal(subject.clock.pendingTimers('referenced'), 0);
}

/** Some calls come and one ends, and then so many promises are let go on. */
interface Moment {
  readonly arrivals: number;
  readonly end: boolean;
  readonly after: number;
}

/** Lets calls come and end in the middle of a turn. A newcomer that is let through starts before `execute` returns. */
async function jostle(concurrency: number, moments: readonly Moment[]): Promise<void> {
  const bulkhead = { concurrency, queue: 1000 };
  const provider = createProvider('model', { bulkhead }, { clock: new TestClock() });
  const running: Deferred<void>[] = [];
  const started: number[] = [];
  const waited: number[] = [];
  let arrived = 0;
  let most = 0;
  let inside = 0;
  const arrive = () => {
    const name = arrived++;
    const queued = snapshotOf(provider, 'bulkhead').queued;
    void provider.execute(async () => {
      started.push(name);
      most = Math.max(most, ++inside);
      const work = deferred<void>();
      running.push(work);
      await work.promise;
      inside--;
    });
    if (started.at(-1) === name) assert.equal(queued, 0, 'a newcomer went before those who waited');
    else waited.push(name);
  };
  for (const { arrivals, end, after } of moments) {
    if (end) running.shift()?.resolve();
    for (let i = 0; i < arrivals; i++) arrive();
    for (let i = 0; i < after; i++) await undefined;
  }
  while (started.length < arrived) {
    running.shift()?.resolve();
    await turn();
  }
  assert.ok(most <= concurrency, 'more ran than may');
  assert.deepEqual(
    started.filter((name) => waited.includes(name)),
    waited,
  );
}

const ADAPTIVE: Options = { concurrency: 2, queue: 4, wait: 30, adaptive: { min: 1, max: 4, slowerThan: 40 } };
const served = (which: number): Step => ({ do: 'end', which, how: 'served' });

/**
 * The limit rises as a slot falls free, so two who waited go on at once: each is under way with those who went before.
 */
const TWO_GO_ON_AT_ONCE: Step[] = [
  { do: 'arrive', times: 2 },
  { do: 'arrive', times: 4 },
  { do: 'end', which: 0, how: 'throttled' },
  ...[0, 0, 57, 33].map(served),
  { do: 'arrive', times: 1 },
  served(0),
  { do: 'arrive', times: 1 },
  ...[0, 0].map(served),
];

describe('bulkhead', () => {
  const runs = modelRuns(2_000);

  it(`does what the model does, however arrivals, ends, aborts, timeouts and new settings interleave (${runs} runs)`, async () => {
    const steps = fc.array(STEP, { maxLength: 40, size: 'max' });
    const examples: [Options, Step[]][] = [[ADAPTIVE, TWO_GO_ON_AT_ONCE]];
    const result = await fc.check(fc.asyncProperty(OPTIONS, steps, follow), { numRuns: runs, examples });
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  });

  it(`never lets more run than its limit, nor a newcomer overtake, at whatever moment of a turn calls come and end (${runs} runs)`, async () => {
    const moments = fc.array(fc.record({ arrivals: fc.nat(3), end: fc.boolean(), after: fc.nat(12) }), {
      maxLength: 30,
      size: 'max',
    });
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 3 }), moments, jostle);
    const result = await fc.check(property, { numRuns: runs });
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  });
});
