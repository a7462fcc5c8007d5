import { describe, expect, it } from '@jest/globals';
import type { LiveCall } from '../../engine/live-call.js';
import type { Outcome } from '../../outcome/outcome.js';
import { environmentOf, liveCall, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { TestClock } from '../../testing/test-clock.js';
import { HedgeRace, type RaceRules } from './hedge-race.js';

function bench() {
  const clock = new TestClock();
  const call = liveCall(() => undefined, undefined, clock);
  call.abortable = true;
  const sent: LiveCall[] = [];
  const proceed = (attempt: LiveCall) => (sent.push(attempt), deferred().promise);
  const rules: RaceRules = {
    settings: { attempts: 3 },
    environment: environmentOf(clock),
    pay: () => true,
    succeeded: () => undefined,
    recordSince: () => undefined,
  };
  return { clock, call, sent, proceed, race: new HedgeRace(rules, 100, call, proceed), rules };
}

/** A race whose attempts, all under way at once, end with the given outcomes, one after the other. */
async function raceOf(outcomes: readonly Outcome[]) {
  const on = bench();
  const works = outcomes.map(() => deferred());
  const race = new HedgeRace(
    on.rules,
    0,
    on.call,
    (attempt) => (on.sent.push(attempt), works[on.sent.length - 1]!.promise),
  );
  const result = watch(race.run());
  await on.clock.advance(1);
  for (const [i, outcome] of outcomes.entries()) {
    on.sent[i]!.end(outcome);
    works[i]!.reject(i);
    await turn();
  }
  return { ...on, result };
}

describe('a race of hedged attempts', () => {
  it('that is over sends nothing more, although another attempt had just fallen due', async () => {
    const { clock, call, sent, race } = bench();
    const result = watch(race.run());
    race.expire();
    call.abort('left', true);
    await turn();
    expect([result.error, sent.length]).toEqual(['left', 1]);
    await clock.advance('1h');
    expect(sent).toHaveLength(1);
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('of a call that was aborted before does not begin', async () => {
    const { clock, call, sent, race } = bench();
    call.abort('left', true);
    const result = watch(race.run());
    await turn();
    expect([result.error, sent.length, clock.pendingTimers()]).toEqual(['left', 0, 0]);
  });

  it('hears nothing of a call that is aborted after it is over', async () => {
    const { clock, call, race, sent } = bench();
    const result = watch(race.run());
    call.abort('left', true);
    call.abort('again', true);
    await clock.advance('1h');
    expect([result.error, sent[0]!.reason]).toEqual(['left', 'left']);
  });

  it('aborts losers as a caller would: they say nothing of the provider’s health', async () => {
    const { call, sent } = await raceOf([{ kind: 'permanent' }, { kind: 'cancelled' }, { kind: 'cancelled' }]);
    expect(sent.map(({ aborted, cancelled }) => [aborted, cancelled])).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
    expect(call.outcome).toEqual({ kind: 'permanent' });
  });

  it('aborts its call as it was aborted itself', async () => {
    for (const cancelled of [true, false]) {
      const { call, sent, race } = bench();
      const result = watch(race.run());
      call.abort(new Error('over'), cancelled);
      await turn();
      expect([sent[0]!.aborted, sent[0]!.cancelled, result.error]).toEqual([true, cancelled, call.reason]);
      expect(call.outcome?.kind).toBe(cancelled ? 'cancelled' : 'unknown');
    }
  });

  const REFUSED: Outcome = { kind: 'refused' };
  const NOT_SENT: Outcome = { kind: 'not-sent' };
  const UNKNOWN: Outcome = { kind: 'unknown' };
  const LATER: Outcome = { kind: 'throttled', retryAfterMs: 1000 };
  const SOON: Outcome = { kind: 'transient', retryAfterMs: 10 };
  const EXACTLY: Outcome = { kind: 'unknown', retryAfterMs: 50, pushback: 'exact' };
  const NEVER: Outcome = { kind: 'transient', pushback: 'never' };
  it.each([
    ['the last failure', [NOT_SENT, NOT_SENT, SOON], 2, SOON],
    ['the last that may have been done', [UNKNOWN, UNKNOWN, NOT_SENT], 1, UNKNOWN],
    ['what was tried, before a refusal', [REFUSED, NOT_SENT, REFUSED], 1, NOT_SENT],
    ['a refusal where nothing was tried', [REFUSED, REFUSED, REFUSED], 2, REFUSED],
    ['a wait that the one before has asked for', [LATER, UNKNOWN, NOT_SENT], 1, { ...UNKNOWN, retryAfterMs: 1000 }],
    ['a wait that a later one asks for', [UNKNOWN, NOT_SENT, LATER], 0, { ...UNKNOWN, retryAfterMs: 1000 }],
    ['the longest wait', [LATER, SOON, SOON], 2, { ...SOON, retryAfterMs: 1000 }],
    ['an exact wait, as long as the longest', [LATER, EXACTLY, SOON], 1, { ...EXACTLY, retryAfterMs: 1000 }],
    ['a server’s last word', [NEVER, UNKNOWN, SOON], 1, { ...UNKNOWN, retryAfterMs: 10, pushback: 'never' }],
  ] as [string, Outcome[], number, Outcome][])(
    'in which all have failed gives %s',
    async (_name, outcomes, surfacing, outcome) => {
      const { call, result } = await raceOf(outcomes);
      expect(result.error).toBe(surfacing);
      expect(call.outcome).toEqual(outcome);
    },
  );

  it('leaves the outcome as it is where no attempt more is asked for', async () => {
    const { call } = await raceOf([NOT_SENT, UNKNOWN, NOT_SENT]);
    expect(call.outcome).toBe(UNKNOWN);
    expect((await raceOf([REFUSED, REFUSED, REFUSED])).call.outcome).toBe(REFUSED);
  });

  it.each([
    ['nothing is known', [[], [], []], 'none'],
    ['all have sent a GET', [['GET'], ['GET'], ['GET']], 'none'],
    ['one has sent a POST', [['GET'], ['POST'], ['GET']], 'latest'],
    ['the first has, and nothing is known of the rest', [['POST'], [], []], 'latest'],
    ['one has sent a POST, and then a GET', [['POST', 'GET'], ['POST'], []], 'earlier'],
  ] as const)('passes on what may not be repeated of what it has sent; %s: %s', async (_name, methods, expected) => {
    const { call, race, sent, clock } = bench();
    const result = watch(race.run());
    await clock.advance(200);
    for (const [i, each] of methods.entries()) for (const method of each) sent[i]!.sending(method);
    call.abort('left', true);
    await turn();
    expect([result.settled, call.unsafeRequest]).toEqual([true, expected]);
  });

  it('asks the classifier about an attempt that never came to its gates', async () => {
    const { call, rules } = bench();
    const answer = watch(new HedgeRace(rules, 100, call, () => Promise.resolve('value')).run());
    await turn();
    expect(answer.value).toBe('value');
    expect([call.ended, call.outcome]).toEqual([true, { kind: 'success' }]);
  });
});
