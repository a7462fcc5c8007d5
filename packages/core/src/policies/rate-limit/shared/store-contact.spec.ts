import { describe, expect, it } from '@jest/globals';
import { turn, watch } from '../../../testing/calls.fixture.js';
import { TestClock } from '../../../testing/test-clock.js';
import type { LeaseAnswer } from './lease-rule.js';
import { GRACE_MS, StoreContact } from './store-contact.js';

const ANSWER: LeaseAnswer = { admitted: true, remaining: 1, retryAfterMs: 0 };
const LEASE_MS = 25;

function bench({ ready = Promise.resolve() }: { ready?: Promise<unknown> } = {}) {
  const clock = new TestClock();
  const log: string[] = [];
  let report: () => Promise<void> = () => Promise.resolve();
  const contact = new StoreContact({
    clock,
    ready,
    report: () => {
      log.push(`report at ${clock.now()}`);
      return report();
    },
    onAway: (error) => log.push(`away at ${clock.now()}: ${(error as Error).message}`),
    onBack: () => log.push(`back at ${clock.now()}`),
  });
  /** Asks a store that answers after so long, or not at all; returns what this host gets. */
  const ask = async (afterMs = 0, answer: () => LeaseAnswer = () => ANSWER) => {
    const asked = watch(
      contact.ask({ leaseMs: LEASE_MS }, async () => {
        log.push(`asked at ${clock.now()}`);
        if (afterMs > 0) await clock.sleep(afterMs);
        return answer();
      }),
    );
    await turn();
    return asked;
  };
  const lose = () =>
    ask(0, () => {
      throw new Error('connect ECONNREFUSED');
    });
  const failReports = () => (report = () => Promise.reject(new Error('still away')));
  const mendReports = () => (report = () => Promise.resolve());
  return { clock, contact, log, ask, lose, failReports, mendReports };
}

describe('the store of a shared limit', () => {
  it('answers, and is there', async () => {
    const { contact, log, ask } = bench();
    expect(await ask()).toEqual({ settled: true, value: ANSWER });
    expect(contact.awayUntil).toBeUndefined();
    expect(log).toEqual(['asked at 0']);
  });

  it('is asked once this host knows what others know', async () => {
    let isReady = () => {};
    const { clock, log, ask } = bench({ ready: new Promise<void>((resolve) => (isReady = resolve)) });
    await ask();
    await clock.advance(40);
    expect(log).toEqual([]);
    isReady();
    await clock.advance(0);
    expect(log).toEqual(['asked at 40']);
  });

  it.each([
    ['does not answer', () => new Promise(() => undefined)],
    ['cannot be reached', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ])('is asked also where it %s before, and is away when it does not answer then', async (_how, ready) => {
    const { clock, log, ask } = bench({ ready: ready() });
    const asked = await ask(Infinity);
    await clock.advance(GRACE_MS);
    expect(asked).toEqual({ settled: true, value: undefined });
    expect(log).toHaveLength(2);
    expect(log[1]).toMatch(/^away at \d+: the store has not answered within 100 ms$/);
  });

  it('is away after two answers in a row that have not come, and one between makes up for it', async () => {
    const { clock, contact, log, ask } = bench();
    for (const afterMs of [101, 0, 101, 0, 101]) {
      const asked = await ask(afterMs);
      await clock.advance(100);
      expect(asked).toEqual({ settled: true, value: afterMs > 100 ? undefined : ANSWER });
      expect(contact.awayUntil).toBeUndefined();
    }
    await ask(101);
    await clock.advance(100);
    expect(contact.awayUntil).toBe(600 + 1000);
    expect(log.at(-1)).toBe('away at 600: the store has not answered within 100 ms');
  });

  it('is away at once where it cannot be reached, told once', async () => {
    const { clock, contact, log, lose } = bench();
    expect(await lose()).toEqual({ settled: true, value: undefined });
    await clock.advance(200);
    contact.lost(new Error('once more'));
    expect(contact.awayUntil).toBe(1200);
    expect(log).toEqual(['asked at 0', 'away at 0: connect ECONNREFUSED']);
  });

  it('is away after three answers in a row that came when their lease had ended', async () => {
    const { clock, contact, log, ask } = bench();
    const answers = async (...afterMs: readonly number[]) => {
      for (const ms of afterMs) {
        await ask(ms);
        await clock.advance(ms);
      }
    };
    await answers(25, 25, 24.5, 25, 25, 24.5);
    expect(contact.awayUntil).toBeUndefined();
    await answers(25, 25, 30.2);
    expect(log.at(-1)).toMatch(/^away at .*: the store takes 31 ms, and a lease lasts 25 ms$/);
  });

  it('is back a second after it was told what went out meanwhile, when all hosts have told it', async () => {
    const { clock, contact, log, ask, lose } = bench();
    await lose();
    await clock.advance(1000);
    expect(await ask()).toEqual({ settled: true, value: undefined });
    expect(contact.awayUntil).toBe(2000);
    await clock.advance(1000);
    expect(await ask()).toEqual({ settled: true, value: ANSWER });
    expect(contact.awayUntil).toBeUndefined();
    await ask();
    const reports = ['report at 1000', 'report at 2000'];
    expect(log.slice(2)).toEqual([...reports, 'asked at 2000', 'back at 2000', 'asked at 2000']);
  });

  it('is told once by all who ask at the same time, and they wait alike', async () => {
    const { clock, contact, log, ask, lose } = bench();
    await lose();
    await clock.advance(1000);
    const asked = [ask(), ask(), ask()];
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([undefined, undefined, undefined]);
    expect([contact.awayUntil, log.slice(2)]).toEqual([2000, ['report at 1000']]);
    await clock.advance(1000);
    const answered = [ask(), ask()];
    expect((await Promise.all(answered)).map(({ value }) => value)).toEqual([ANSWER, ANSWER]);
    expect(log.slice(3)).toEqual(['report at 2000', 'asked at 2000', 'asked at 2000', 'back at 2000']);
  });

  it('is away for longer while it takes no reports, or is lost once more', async () => {
    const { clock, contact, log, ask, lose, failReports, mendReports } = bench();
    await lose();
    failReports();
    await clock.advance(1500);
    expect(await ask()).toEqual({ settled: true, value: undefined });
    expect(contact.awayUntil).toBe(2500);
    mendReports();
    await clock.advance(1000);
    await ask();
    await clock.advance(1000);
    await lose();
    expect(contact.awayUntil).toBe(4500);
    // It starts over: all hosts have to tell the store again.
    await clock.advance(1000);
    expect((await ask()).value).toBeUndefined();
    expect(contact.awayUntil).toBe(5500);
    await clock.advance(1000);
    expect((await ask()).value).toBe(ANSWER);
    expect(log.filter((entry) => entry.startsWith('away'))).toHaveLength(1);
    expect(log.filter((entry) => entry.startsWith('back'))).toEqual(['back at 5500']);
  });

  it('that is back may miss an answer like any other', async () => {
    const { clock, contact, ask, lose } = bench();
    await lose();
    for (let i = 0; i < 2; i++) {
      await clock.advance(1000);
      await ask();
    }
    await ask(101);
    await clock.advance(100);
    expect(contact.awayUntil).toBeUndefined();
  });
});
