import assert from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LiveCall } from '../../engine/live-call.js';
import type { Outcome } from '../../outcome/outcome.js';
import { readSettings } from '../../settings/read-settings.js';
import { environmentOf, liveCall, seededRandom } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';
import { CircuitBreaker, type CircuitState } from './circuit-breaker.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';
import { CircuitOpenError } from './circuit-open.error.js';
import type { SlowWatch } from './slow-watch.js';
import type { CircuitBreakerSnapshot } from './circuit-breaker.telemetry.js';

/** Shares as fractions, so that the model compares whole numbers. */
type Share = readonly [part: number, whole: number];

interface Options {
  readonly metricsOnly: boolean;
  readonly time: number | undefined;
  readonly count: number | undefined;
  readonly consecutive: number | undefined;
  readonly failureRate: Share;
  readonly slow: { readonly over: number; readonly rate: Share } | undefined;
  readonly minimumCalls: number;
  readonly openFor: {
    readonly initial: number;
    readonly factor: number;
    readonly max: number;
    readonly jitter: 'none' | 'equal' | 'full';
    readonly stableAfter: number | undefined;
  };
  readonly maxRetryAfter: number;
  readonly halfOpen: { readonly calls: number; readonly successRate: Share; readonly atMost: number };
  readonly ramp: { readonly over: number; readonly from: Share } | undefined;
}

interface Recorded {
  readonly at: number;
  failed: boolean;
  readonly slow: boolean;
  /** Set where the call was counted before, and only its failure is new. */
  readonly isAmended?: boolean;
}

type End = 'success' | 'failure' | 'hint' | 'ignored';

/**
 * The answer to a call that asked to be let in: under which generation it counts, and whether it is one of a few in it,
 * or why it is refused.
 */
type Answer =
  | { readonly generation: number | undefined; readonly isOneOfFew: boolean }
  | { readonly refused: CircuitOpenError['state']; readonly retryAfterMs: number | undefined };

const MILLION = 1_000_000;
const HINT_MS = 700;
const NO_COUNTS = { succeeded: 0, failed: 0, ignored: 0, refused: 0, wouldRefuse: 0, opened: 0 };

/** A circuit breaker written to be read: it keeps every call and counts anew each time. */
class Model {
  now = 0;
  state: CircuitState = 'closed';
  generation = 0;
  readonly told: string[] = [];
  private counters = NO_COUNTS;
  /** The calls recorded while there was a time window, while there was a count window, and how many failed in a row. */
  private timed: readonly Recorded[] = [];
  private latest: readonly Recorded[] = [];
  private inARow = 0;
  private openUntil = 0;
  private opens = 0;
  private stableAt = 0;
  private hints: number[] = [];
  private ramp: { startedAt: number; credit: number } | undefined;
  private trials = noTrials();
  /** The calls of this generation that were found to be slow, and when. */
  private slow = new Map<number, { readonly at: number; readonly recorded: Recorded }>();
  /** The call in which each was made, and whether those in it that were counted have failed. */
  private readonly outerOf = new Map<number, number>();
  private readonly failedIn = new Map<number, boolean>();

  constructor(
    public options: Options,
    private readonly random: () => number,
  ) {}

  /** The call `id`, made in another that is one of a few in its generation, or not. */
  begin(id: number, outer: number | undefined, outerId: number | undefined): Answer {
    this.look();
    if (outerId !== undefined) this.outerOf.set(id, outerId);
    const { trials, options, now, generation } = this;
    const isOneOfFew = this.state === 'half-open' || this.ramp !== undefined;
    if (isOneOfFew && outer === generation) return { generation: undefined, isOneOfFew: false };
    switch (this.state) {
      case 'isolated':
        return this.refuse('isolated', undefined);
      case 'open':
        return this.refuse('open', this.openUntil - now);
      case 'half-open':
        if (trials.underWay.size + trials.succeeded + trials.failed >= options.halfOpen.calls) {
          const left = Math.min(...this.workingSince(), now) + options.halfOpen.atMost - now;
          return this.refuse('half-open', Math.min(options.openFor.initial, left));
        }
        trials.underWay.set(id, undefined);
        return { generation, isOneOfFew };
      case 'closed':
        if (this.ramp !== undefined) {
          this.ramp.credit += this.rampShare();
          if (this.ramp.credit < MILLION) return this.refuse('recovering', this.rampLeft());
          this.ramp.credit -= MILLION;
        }
        return { generation, isOneOfFew };
    }
  }

  /** The work of a call begins: it waits in no gate below any more. */
  start(id: number): void {
    if (this.trials.underWay.has(id)) this.trials.underWay.set(id, this.now);
  }

  /** The work of a call has gone on for too long. */
  turnSlow(id: number, generation: number | undefined): void {
    if (generation !== this.generation || this.options.slow === undefined) return;
    if (this.state === 'half-open') return this.endTrial(id, 'failure');
    const recorded = { at: this.now, failed: false, slow: true };
    this.slow.set(id, { at: this.now, recorded });
    this.record(recorded);
    this.judgeClosed(recorded);
  }

  end(id: number, generation: number | undefined, how: End): void {
    if (this.state === 'half-open') this.look();
    if (generation !== this.generation) return;
    const { options, now } = this;
    const failed = how === 'failure' || how === 'hint';
    if (how !== 'ignored' && this.countsWith(id, failed)) return;
    this.add(how === 'ignored' ? 'ignored' : how === 'success' ? 'succeeded' : 'failed');
    if (how === 'hint') this.hints.push(now + Math.min(HINT_MS, options.maxRetryAfter));
    if (this.state === 'half-open') this.endTrial(id, how);
    else if (how !== 'ignored') this.endClosed(id, failed);
  }

  /** Whether the calls made in a call were counted in its place; otherwise it counts for those that it was made in. */
  private countsWith(id: number, failed: boolean): boolean {
    const inner = this.failedIn.get(id);
    if (this.state !== 'half-open' && inner !== undefined && (inner || !failed)) return true;
    for (let outer = this.outerOf.get(id); outer !== undefined; outer = this.outerOf.get(outer)) {
      this.failedIn.set(outer, failed || this.failedIn.get(outer) === true);
    }
    return false;
  }

  /** The effects of time, found at the next look. */
  look(): void {
    const { options, now } = this;
    if (this.state === 'open' && now >= this.openUntil) this.become('half-open', 'open for long enough');
    else if (this.state === 'half-open' && this.workingSince().some((at) => now - at >= options.halfOpen.atMost))
      this.open('trial took too long');
    else if (this.ramp !== undefined && (options.ramp === undefined || this.rampLeft() === 0)) this.ramp = undefined;
  }

  open(reason: string): void {
    const { openFor } = this.options;
    if (this.state !== 'open') this.opens = this.consecutiveOpens() + 1;
    let period = openFor.initial;
    for (let i = 1; i < this.opens && period < openFor.max; i++) period *= openFor.factor;
    period = Math.min(period, openFor.max);
    if (openFor.jitter === 'full') period *= this.random();
    if (openFor.jitter === 'equal') period *= 0.5 + this.random() / 2;
    const standing = this.state === 'open' ? [this.openUntil] : [];
    const until = Math.max(this.now + Math.max(1, period), ...this.hints, ...standing);
    this.add('opened');
    this.become('open', reason);
    this.openUntil = until;
  }

  close(reason: string, withRamp: boolean): void {
    const { openFor, time, ramp } = this.options;
    this.opens = this.consecutiveOpens();
    this.become('closed', reason);
    const startedAt = this.now;
    if (withRamp && ramp !== undefined) this.ramp = { startedAt, credit: MILLION - millionths(ramp.from) };
    this.stableAt = this.now + (this.ramp === undefined ? 0 : ramp!.over) + (openFor.stableAfter ?? time ?? 10_000);
  }

  isolate(): void {
    this.opens = this.consecutiveOpens();
    this.become('isolated', 'forced');
  }

  reset(): void {
    this.counters = NO_COUNTS;
    this.opens = 0;
    this.become('closed', 'reset');
  }

  /** It goes on elsewhere: what is under way is lost, and so is what was counted. */
  moveOn(): void {
    this.look();
    const { openUntil, ramp, trials, state } = this;
    this.opens = this.consecutiveOpens();
    this.counters = NO_COUNTS;
    this.state = 'closed';
    this.become(state, 'imported');
    this.openUntil = openUntil;
    if (ramp !== undefined) {
      const { from } = this.options.ramp!;
      this.ramp = { startedAt: ramp.startedAt, credit: MILLION - millionths(from) };
    }
    const { succeeded, failed } = trials;
    this.trials = { ...this.trials, succeeded, failed };
  }

  /** New settings: a window of another length or size takes what stands in the old one. */
  reconfigure(options: Options): void {
    this.look();
    const { time, count } = this.options;
    if (options.time !== time) this.timed = this.inTime().map((call) => ({ ...call, at: this.now }));
    if (options.time === undefined) this.timed = [];
    if (options.count !== count) this.latest = options.count === undefined ? [] : this.latest.slice(-options.count);
    this.options = options;
    if (this.state === 'half-open') this.judge();
  }

  /** The snapshot. */
  shown(): CircuitBreakerSnapshot {
    this.look();
    const { options, now, trials } = this;
    return {
      state: this.state,
      mode: options.metricsOnly ? 'metricsOnly' : 'enforce',
      ...(this.state === 'open' && { openForMs: Math.ceil(this.openUntil - now) }),
      ...(this.state === 'half-open' && {
        trial: { inFlight: trials.underWay.size, succeeded: trials.succeeded, failed: trials.failed },
      }),
      ...(this.ramp && { ramp: { share: this.rampShare() / MILLION, leftMs: this.rampLeft() } }),
      consecutiveOpens: this.consecutiveOpens(),
      window: {
        ...(options.time !== undefined && { time: countsOf(this.inTime()) }),
        ...(options.count !== undefined && { count: countsOf(this.latest) }),
      },
      consecutiveFailures: this.inARow,
      ...this.counters,
      openKeys: 0,
      halfOpenKeys: 0,
    };
  }

  /** Whether nothing would be lost if it were forgotten, but what stands in its windows. */
  isIdle(): boolean {
    return this.state === 'closed' && this.ramp === undefined && this.consecutiveOpens() === 0;
  }

  private refuse(refused: CircuitOpenError['state'], retryAfterMs: number | undefined): Answer {
    this.add(this.options.metricsOnly ? 'wouldRefuse' : 'refused');
    return this.options.metricsOnly ? { generation: undefined, isOneOfFew: false } : { refused, retryAfterMs };
  }

  private become(state: CircuitState, reason: string): void {
    this.told.push(`${this.state} to ${state}: ${reason}`);
    this.state = state;
    this.generation++;
    this.timed = this.latest = [];
    this.inARow = 0;
    this.hints = [];
    this.ramp = undefined;
    this.trials = noTrials();
  }

  private consecutiveOpens(): number {
    return this.state === 'closed' && this.now >= this.stableAt ? 0 : this.opens;
  }

  private rampLeft(): number {
    return Math.max(0, this.ramp!.startedAt + this.options.ramp!.over - this.now);
  }

  /** In millionths. */
  private rampShare(): number {
    const { over, from } = this.options.ramp!;
    const least = millionths(from);
    return least + Math.floor(((MILLION - least) * (over - this.rampLeft())) / over);
  }

  /** The calls that stand in the time window's ten buckets. */
  private inTime(): readonly Recorded[] {
    const bucketMs = (this.options.time ?? 0) / 10;
    return this.timed.filter(({ at }) => Math.floor(at / bucketMs) > Math.floor(this.now / bucketMs) - 10);
  }

  private add(counter: keyof typeof NO_COUNTS): void {
    this.counters = { ...this.counters, [counter]: this.counters[counter] + 1 };
  }

  /** Since when the trial calls are at work that are. */
  private workingSince(): number[] {
    return [...this.trials.underWay.values()].filter((at) => at !== undefined);
  }

  private endTrial(id: number, how: End): void {
    const { trials } = this;
    trials.underWay.delete(id);
    if (how === 'success') trials.succeeded++;
    else if (how !== 'ignored') trials.failed++;
    this.judge();
  }

  private judge(): void {
    const { trials } = this;
    const { calls, successRate } = this.options.halfOpen;
    if (atLeast(trials.succeeded, calls, successRate)) this.close('trial succeeded', true);
    else if (!atLeast(calls - trials.failed, calls, successRate)) this.open('trial failed');
  }

  private endClosed(id: number, failed: boolean): void {
    this.inARow = failed ? this.inARow + 1 : 0;
    const standing = this.slow.get(id);
    const call = { at: this.now, failed, slow: false };
    if (standing === undefined) this.record(call);
    else if (failed) this.amend(standing);
    if (failed) this.judgeClosed(call);
  }

  private record(call: Recorded): void {
    const { count, time } = this.options;
    if (count !== undefined) this.latest = [...this.latest, call].slice(-count);
    if (time !== undefined) this.timed = [...this.inTime(), { ...call }];
  }

  /**
   * A slow call has failed as well: in the time window from now on, and as a call of its own where it is forgotten
   * there.
   */
  private amend({ at, recorded }: { readonly at: number; readonly recorded: Recorded }): void {
    const { time } = this.options;
    recorded.failed = true;
    if (time === undefined) return;
    this.timed = [...this.inTime(), { at: this.now, failed: true, slow: false, isAmended: this.now - at < time }];
  }

  private judgeClosed(call: Recorded): void {
    const { consecutive, count, time, minimumCalls, failureRate, slow: slowCall } = this.options;
    if (consecutive !== undefined && call.failed && this.inARow >= consecutive)
      return this.open('consecutive failures');
    const windows = [
      [count === undefined ? [] : this.latest, Math.min(minimumCalls, count ?? 1)],
      [time === undefined ? [] : this.timed, minimumCalls],
    ] as const;
    for (const [calls, minimum] of windows) {
      const { calls: total, failed, slow } = countsOf(calls);
      if (total < minimum) continue;
      if (call.failed && atLeast(failed, total, failureRate)) return this.open('failure rate');
      if (call.slow && atLeast(slow, total, slowCall!.rate)) return this.open('slow call rate');
    }
  }
}

/** The calls of a trial that are under way, and since when those are at work that wait in no gate. */
function noTrials() {
  return { succeeded: 0, failed: 0, underWay: new Map<number, number | undefined>() };
}

function atLeast(part: number, whole: number, [sharePart, shareWhole]: Share): boolean {
  return part * shareWhole >= sharePart * whole;
}

function millionths([part, whole]: Share): number {
  return Math.round((MILLION * part) / whole);
}

function countsOf(calls: readonly Recorded[]) {
  const count = (what: 'failed' | 'slow') => calls.filter((recorded) => recorded[what]).length;
  const total = calls.filter(({ isAmended }) => isAmended !== true).length;
  return { calls: total, failed: count('failed'), slow: count('slow') };
}

/** The real one. */
class Subject {
  readonly clock = new TestClock();
  readonly told: string[] = [];
  breaker: CircuitBreaker;

  constructor(
    private options: Options,
    private readonly random: () => number,
  ) {
    this.breaker = this.newBreaker();
  }

  begin(outer: LiveCall | undefined): { ticket: number | SlowWatch; call: LiveCall } | CircuitOpenError {
    const call = liveCall(undefined, undefined, this.clock);
    call.parent = outer;
    const ticket = this.breaker.enter(call);
    return ticket instanceof CircuitOpenError ? ticket : { ticket, call };
  }

  start(call: LiveCall): void {
    call.forgetTime();
    call.startWork();
  }

  /** The deadline of a call falls due. */
  expire(ticket: number | SlowWatch): void {
    if (typeof ticket === 'number') return;
    ticket.remove();
    ticket.expire();
  }

  end({ ticket, call }: { ticket: number | SlowWatch; call: LiveCall }, outcome: Outcome): void {
    call.end(outcome);
    this.breaker.leave(ticket, outcome, call);
  }

  reconfigure(options: Options): void {
    this.options = options;
    this.breaker.reconfigure(settingsOf(options));
  }

  moveOn(): void {
    const exported = JSON.stringify(this.breaker.export());
    this.breaker = this.newBreaker();
    this.breaker.import(JSON.parse(exported));
    assert.equal(JSON.stringify(this.breaker.export()), exported);
  }

  shown(): CircuitBreakerSnapshot {
    return this.breaker.snapshot(this.clock.now());
  }

  private newBreaker(): CircuitBreaker {
    const { clock } = this;
    return new CircuitBreaker(settingsOf(this.options), {
      ...environmentOf(clock),
      emit: (type, detail) => void this.told.push(`${detail.from} to ${EVENTS[type]!}: ${detail.reason}`),
      random: this.random,
    });
  }
}

function settingsOf({ metricsOnly, time, count, consecutive, failureRate, slow, halfOpen, ramp, ...others }: Options) {
  const { openFor, ...rest } = others;
  const given = {
    ...rest,
    mode: metricsOnly ? 'metricsOnly' : 'enforce',
    window: { ...(time && { time }), ...(count && { count }), ...(consecutive && { consecutive }) },
    failureRate: numberOf(failureRate),
    ...(slow && { slowCall: { over: slow.over, rate: numberOf(slow.rate) } }),
    openFor,
    halfOpen: { ...halfOpen, successRate: numberOf(halfOpen.successRate) },
    ...(ramp && { ramp: { over: ramp.over, from: numberOf(ramp.from) } }),
  };
  const { settings, faults } = readSettings(circuitBreakerSchema, given, 'circuitBreaker');
  assert.deepEqual(faults, undefined);
  return settings!;
}

function numberOf([part, whole]: Share): number {
  return part / whole;
}

const EVENTS: Readonly<Record<string, CircuitState>> = {
  'circuitBreaker.closed': 'closed',
  'circuitBreaker.opened': 'open',
  'circuitBreaker.halfOpened': 'half-open',
  'circuitBreaker.isolated': 'isolated',
};

const OUTCOMES: Readonly<Record<End, Outcome>> = {
  success: { kind: 'success' },
  failure: { kind: 'unknown' },
  hint: { kind: 'transient', retryAfterMs: HINT_MS },
  ignored: { kind: 'throttled', retryAfterMs: 10 * HINT_MS },
};

const share = fc.constantFrom<Share>([1, 20], [1, 3], [1, 2], [11, 20], [7, 10], [9, 10], [1, 1]);
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq: number) => fc.option(arbitrary, { nil: undefined, freq });

const options: fc.Arbitrary<Options> = fc
  .record({
    metricsOnly: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    time: maybe(fc.constantFrom(100, 1000), 1),
    count: maybe(fc.constantFrom(1, 2, 5, 15, 16, 17), 1),
    consecutive: maybe(fc.integer({ min: 1, max: 4 }), 1),
    failureRate: share,
    slow: maybe(fc.record({ over: fc.constantFrom(10, 100), rate: share }), 1),
    minimumCalls: fc.integer({ min: 1, max: 6 }),
    openFor: fc.record({
      initial: fc.constantFrom(10, 100, 400),
      factor: fc.constantFrom(1, 1.5, 2),
      max: fc.constantFrom(400, 1000),
      jitter: fc.constantFrom('none', 'equal', 'full'),
      stableAfter: maybe(fc.constantFrom(0, 50, 500), 2),
    }),
    maxRetryAfter: fc.constantFrom(0, 500, 1000),
    halfOpen: fc.record({
      calls: fc.integer({ min: 1, max: 4 }),
      successRate: share,
      atMost: fc.constantFrom(50, 500),
    }),
    ramp: maybe(fc.record({ over: fc.constantFrom(100, 1000), from: share }), 1),
  })
  .map((made) => {
    if (made.time === undefined && made.count === undefined) {
      return { ...made, consecutive: made.consecutive ?? 2, slow: undefined };
    }
    return made;
  });

type Step =
  | { readonly do: 'begin'; readonly inside: number | undefined; readonly waits: boolean }
  | { readonly do: 'start' | 'expire'; readonly which: number }
  | { readonly do: 'end'; readonly which: number; readonly how: End }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'look' | 'reconfigure' | 'moveOn' }
  | { readonly do: 'forceOpen' | 'forceClosed' | 'isolate' | 'reset' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      inside: maybe(fc.nat(1000), 4),
      waits: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('start' as const), which: fc.nat(1000) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('expire' as const), which: fc.nat(1000) }) },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(1000),
      how: fc.constantFrom<End[]>('success', 'success', 'failure', 'failure', 'hint', 'ignored'),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 9, 10, 50, 90, 100, 499, 1000, 5000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('look', 'look', 'reconfigure', 'moveOn', 'forceOpen', 'forceClosed', 'isolate', 'reset'),
    }),
  },
) as fc.Arbitrary<Step>;

interface UnderWay {
  readonly id: number;
  readonly generation: number | undefined;
  readonly isOneOfFew: boolean;
  /** The call in which it was made. */
  readonly outer: UnderWay | undefined;
  readonly ticket: number | SlowWatch;
  readonly call: LiveCall;
  /** How long its work may take without being slow. */
  readonly over: number | undefined;
  isSlow: boolean;
  startedAt: number | undefined;
}

function follow([given, other]: readonly [Options, Options], seed: number, steps: readonly Step[]): void {
  const model = new Model(given, eighths(seed));
  const subject = new Subject(given, eighths(seed));
  let underWay: UnderWay[] = [];
  let ids = 0;
  const start = (begun: UnderWay) => {
    begun.startedAt = model.now;
    model.start(begun.id);
    subject.start(begun.call);
  };
  for (const next of steps) {
    if (next.do === 'begin') {
      const outer = next.inside === undefined ? undefined : pick(underWay, next.inside);
      const id = ids++;
      const over = model.options.slow?.over;
      const expected = model.begin(id, fewAround(outer), outer?.id);
      const actual = subject.begin(outer?.call);
      if ('ticket' in actual) {
        assert.ok('generation' in expected, 'admitted by mistake');
        assert.equal(actual.ticket === -1, expected.generation === undefined, 'counts');
        const begun = {
          id,
          ...expected,
          ...actual,
          over: expected.generation === undefined ? undefined : over,
          isSlow: false,
          outer,
          startedAt: undefined,
        };
        underWay.push(begun);
        if (!next.waits) start(begun);
      } else {
        expectRefusal(actual, expected);
      }
    } else if (next.do === 'start') {
      const waiting = pick(
        underWay.filter(({ startedAt }) => startedAt === undefined),
        next.which,
      );
      if (waiting !== undefined) start(waiting);
    } else if (next.do === 'expire') {
      const late = pick(
        underWay.filter(
          ({ startedAt, over, isSlow }) =>
            !isSlow && startedAt !== undefined && over !== undefined && model.now - startedAt > over,
        ),
        next.which,
      );
      if (late === undefined) continue;
      late.isSlow = true;
      model.turnSlow(late.id, late.generation);
      subject.expire(late.ticket);
    } else if (next.do === 'end') {
      const ended = pick(underWay, next.which);
      if (ended === undefined) continue;
      underWay = underWay.filter((call) => call !== ended);
      // A call that never left the gates was refused, or aborted.
      const how = ended.startedAt === undefined ? 'ignored' : next.how;
      model.end(ended.id, ended.generation, how);
      subject.end(ended, OUTCOMES[how]);
    } else if (next.do === 'advance') {
      model.now += next.ms;
      subject.clock.block(next.ms);
    } else if (next.do === 'look') {
      assert.deepEqual(subject.shown(), model.shown());
      assert.equal(subject.breaker.idle(model.now, model.now), model.isIdle());
    } else if (next.do === 'reconfigure') {
      const settings = model.options === given ? other : given;
      model.reconfigure(settings);
      subject.reconfigure(settings);
    } else if (next.do === 'moveOn') {
      model.moveOn();
      subject.moveOn();
      underWay = [];
    } else {
      if (next.do === 'forceOpen') model.open('forced');
      else if (next.do === 'forceClosed') model.close('forced', false);
      else model[next.do]();
      subject.breaker[next.do]();
    }
  }
  assert.deepEqual(subject.shown(), model.shown());
  assert.deepEqual(subject.told, model.told);
}

function pick<T>(all: readonly T[], which: number): T | undefined {
  return all[which % Math.max(1, all.length)];
}

/** The generation in which a call that goes on, or one around it, is one of a few. */
function fewAround(call: UnderWay | undefined): number | undefined {
  if (call === undefined || call.call.ended) return undefined;
  return call.isOneOfFew ? call.generation : fewAround(call.outer);
}

/** A trial only knows for how long at least no call is overdue. */
function expectRefusal({ state, retryAfterMs }: CircuitOpenError, expected: Answer): void {
  assert.ok('refused' in expected, 'refused by mistake');
  const waitMs = expected.retryAfterMs;
  const isGuess = state === 'half-open' && waitMs !== undefined && retryAfterMs !== undefined;
  if (isGuess) assert.ok(retryAfterMs >= 0 && retryAfterMs <= waitMs, `${retryAfterMs} of ${waitMs} ms`);
  assert.deepEqual({ refused: state, retryAfterMs: isGuess ? waitMs : retryAfterMs }, expected);
}

/** Random numbers whose products with whole numbers are exact. */
function eighths(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.floor(random() * 8) / 8;
}

const RUNS = modelRuns(10_000);

describe('circuit breaker', () => {
  it(`does what the model does, however calls, time, hands and settings interleave (${RUNS} runs)`, () => {
    const property = fc.property(
      fc.tuple(options, options),
      fc.nat(),
      fc.array(step, { maxLength: 120, size: 'max' }),
      follow,
    );
    expect(fc.defaultReportMessage(fc.check(property, { numRuns: RUNS, includeErrorInReport: true }))).toBeUndefined();
  });
});
