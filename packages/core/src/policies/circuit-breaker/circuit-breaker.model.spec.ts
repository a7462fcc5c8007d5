import assert from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createClassifier } from '../../classifier.js';
import { MemoryStore } from '../../memory-store.js';
import type { Outcome } from '../../outcome.js';
import { readSettings } from '../../settings/read-settings.js';
import { liveCall } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { CircuitBreaker, type CircuitState } from './circuit-breaker.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';

/** Shares as fractions, so that the model compares whole numbers. */
type Share = readonly [part: number, whole: number];

interface Options {
  readonly time: number | undefined;
  readonly consecutive: number | undefined;
  readonly failureRate: Share;
  readonly slow: { readonly over: number; readonly rate: Share } | undefined;
  readonly minimumCalls: number;
  readonly openFor: number;
  readonly halfOpen: { readonly calls: number; readonly successRate: Share; readonly atMost: number };
}

interface Recorded {
  readonly at: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

/** What a circuit breaker is to do, written to be read: it keeps every call and counts anew each time. */
class Model {
  now = 0;
  state: CircuitState = 'closed';
  generation = 0;
  private recorded: Recorded[] = [];
  private openUntil = 0;
  private trials = { admitted: 0, inFlight: 0, succeeded: 0, failed: 0, busySince: 0 };

  constructor(private readonly options: Options) {}

  /** The generation of an admitted call, or `undefined` for one that is refused. */
  begin(): number | undefined {
    this.look();
    if (this.state === 'closed') return this.generation;
    const { trials, options } = this;
    if (this.state !== 'half-open' || trials.admitted === options.halfOpen.calls) return undefined;
    if (trials.inFlight === 0) trials.busySince = this.now;
    trials.admitted++;
    trials.inFlight++;
    return this.generation;
  }

  end(generation: number, outcome: 'success' | 'failure' | 'ignored', tookMs: number): void {
    if (this.state === 'half-open') this.look();
    if (generation !== this.generation) return;
    const slow = this.options.slow !== undefined && tookMs > this.options.slow.over;
    if (this.state === 'half-open') this.endTrial(outcome, slow);
    else if (outcome !== 'ignored') this.endClosed({ at: this.now, failed: outcome === 'failure', slow });
  }

  /** What time has brought about, found when somebody looks. */
  look(): void {
    const { trials, options, now } = this;
    if (this.state === 'open' && now >= this.openUntil) this.become('half-open');
    else if (this.state === 'half-open' && trials.inFlight > 0 && now - trials.busySince >= options.halfOpen.atMost)
      this.become('open');
  }

  become(state: CircuitState): void {
    this.state = state;
    this.generation++;
    this.recorded = [];
    this.openUntil = this.now + this.options.openFor;
    this.trials = { admitted: 0, inFlight: 0, succeeded: 0, failed: 0, busySince: this.now };
  }

  /** The calls that stand in the window's ten buckets. */
  inWindow(): readonly Recorded[] {
    const bucketMs = this.options.time! / 10;
    return this.recorded.filter(({ at }) => Math.floor(at / bucketMs) > Math.floor(this.now / bucketMs) - 10);
  }

  private endTrial(outcome: string, slow: boolean): void {
    const { trials } = this;
    const { calls, successRate } = this.options.halfOpen;
    trials.inFlight--;
    if (outcome === 'ignored') trials.admitted--;
    else if (outcome === 'success' && !slow) trials.succeeded++;
    else trials.failed++;
    if (atLeast(trials.succeeded, calls, successRate)) this.become('closed');
    else if (!atLeast(calls - trials.failed, calls, successRate)) this.become('open');
  }

  private endClosed(call: Recorded): void {
    const { options } = this;
    this.recorded.push(call);
    const sinceSuccess = this.recorded.length - 1 - this.recorded.findLastIndex(({ failed }) => !failed);
    if (options.consecutive !== undefined && sinceSuccess >= options.consecutive) return this.become('open');
    if (options.time === undefined) return;
    const window = this.inWindow();
    const count = (what: 'failed' | 'slow') => window.filter((recorded) => recorded[what]).length;
    if (window.length < options.minimumCalls) return;
    if (call.failed && atLeast(count('failed'), window.length, options.failureRate)) this.become('open');
    else if (call.slow && atLeast(count('slow'), window.length, options.slow!.rate)) this.become('open');
  }
}

function atLeast(part: number, whole: number, [sharePart, shareWhole]: Share): boolean {
  return part * shareWhole >= sharePart * whole;
}

/** The real one, with a list of the calls that are under way. */
class Subject {
  readonly clock = new TestClock();
  readonly breaker: CircuitBreaker;

  constructor({ time, consecutive, failureRate, slow, minimumCalls, openFor, halfOpen }: Options) {
    const { clock } = this;
    const read = readSettings(
      circuitBreakerSchema,
      {
        window: { ...(time && { time }), ...(consecutive && { consecutive }) },
        failureRate: numberOf(failureRate),
        ...(slow && { slowCall: { over: slow.over, rate: numberOf(slow.rate) } }),
        minimumCalls,
        openFor,
        halfOpen: { ...halfOpen, successRate: numberOf(halfOpen.successRate) },
      },
      'circuitBreaker',
    );
    this.breaker = new CircuitBreaker(read.settings!, {
      provider: 'model',
      clock,
      store: new MemoryStore({ clock }),
      emit: () => undefined,
      random: () => 0.5,
      classify: createClassifier(clock),
      shared: (_name, make) => make(),
    });
  }

  begin(): number | undefined {
    try {
      return this.breaker.enter(liveCall(), this.clock.now());
    } catch {
      return undefined;
    }
  }

  end(generation: number, outcome: Outcome, tookMs: number): void {
    this.breaker.leave(generation, outcome, this.clock.now(), tookMs);
  }
}

function numberOf([part, whole]: Share): number {
  return part / whole;
}

const OUTCOMES = {
  success: { kind: 'success' },
  failure: { kind: 'unknown' },
  ignored: { kind: 'throttled' },
} as const;

const share = fc.constantFrom<Share>([1, 20], [1, 3], [1, 2], [11, 20], [7, 10], [9, 10], [1, 1]);

const options: fc.Arbitrary<Options> = fc
  .record({
    time: fc.option(fc.constantFrom(100, 1000), { nil: undefined, freq: 4 }),
    consecutive: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    failureRate: share,
    slow: fc.option(fc.record({ over: fc.constantFrom(10, 100), rate: share }), { nil: undefined }),
    minimumCalls: fc.integer({ min: 1, max: 6 }),
    openFor: fc.constantFrom(10, 100, 1000),
    halfOpen: fc.record({
      calls: fc.integer({ min: 1, max: 4 }),
      successRate: share,
      atMost: fc.constantFrom(50, 500),
    }),
  })
  .map((made) => (made.time === undefined && made.consecutive === undefined ? { ...made, consecutive: 2 } : made))
  .map((made) => (made.time === undefined ? { ...made, slow: undefined } : made));

type Step =
  | { readonly do: 'begin' }
  | { readonly do: 'end'; readonly which: number; readonly how: keyof typeof OUTCOMES }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'look' }
  | { readonly do: 'forceOpen' | 'forceClosed' | 'isolate' | 'reset' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ do: 'begin' } as const) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(1000),
      how: fc.constantFrom('success', 'failure', 'failure', 'ignored'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 9, 10, 50, 90, 100, 499, 1000, 5000),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'look' } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('forceOpen', 'forceClosed', 'isolate', 'reset') }) },
) as fc.Arbitrary<Step>;

const STATE_AFTER = { forceOpen: 'open', forceClosed: 'closed', isolate: 'isolated', reset: 'closed' } as const;

function follow(given: Options, steps: readonly Step[]): void {
  const model = new Model(given);
  const subject = new Subject(given);
  const underWay: { model: number; subject: number; begunAt: number }[] = [];
  for (const next of steps) {
    if (next.do === 'begin') {
      const expected = model.begin();
      const actual = subject.begin();
      assert.equal(actual !== undefined, expected !== undefined, 'admitted');
      if (expected !== undefined) underWay.push({ model: expected, subject: actual!, begunAt: model.now });
    } else if (next.do === 'end') {
      const [ended] = underWay.splice(next.which % Math.max(1, underWay.length), 1);
      if (ended === undefined) continue;
      const tookMs = model.now - ended.begunAt;
      model.end(ended.model, next.how, tookMs);
      subject.end(ended.subject, OUTCOMES[next.how], tookMs);
    } else if (next.do === 'advance') {
      model.now += next.ms;
      subject.clock.block(next.ms);
    } else if (next.do === 'look') {
      model.look();
      assert.equal(subject.breaker.state, model.state);
    } else {
      model.become(STATE_AFTER[next.do]);
      subject.breaker[next.do]();
    }
  }
  model.look();
  const shown = subject.breaker.snapshot(model.now);
  assert.equal(shown['state'], model.state);
  if (given.time === undefined) return;
  const window = model.inWindow();
  const count = (what: 'failed' | 'slow') => window.filter((recorded) => recorded[what]).length;
  assert.deepEqual(shown['window'], { calls: window.length, failed: count('failed'), slow: count('slow') });
}

describe('circuit breaker', () => {
  it('does what the model does, however calls, time and hands interleave', () => {
    const runs = fc.check(fc.property(options, fc.array(step, { maxLength: 80, size: 'max' }), follow), {
      numRuns: 1000,
    });
    expect(fc.defaultReportMessage(runs)).toBeUndefined();
  });
});
