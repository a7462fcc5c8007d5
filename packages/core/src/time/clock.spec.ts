import { createHook } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { Clock } from './clock.js';
import type { Timer } from './timer.js';
import { Deadline } from './deadline-list.js';
import { SystemClock } from './system-clock.js';
import { watch } from '../testing/calls.fixture.js';
import { TestClock } from '../testing/test-clock.js';

class Expiring extends Deadline {
  constructor(readonly expire: () => void = () => undefined) {
    super();
  }
}

describe('Clock', () => {
  it('sleeps for as long as it is told to', async () => {
    const clock = new TestClock();
    const slept = watch(clock.sleep(1000));
    await clock.advance(999);
    expect(slept.settled).toBe(false);
    await clock.advance(1);
    expect(slept.settled).toBe(true);
  });

  it('never wakes early, even when its timers fire early', async () => {
    const clock = new HastyClock();
    const slept = watch(clock.sleep(100));
    await clock.advance(99);
    expect(slept.settled).toBe(false);
    await clock.advance(1);
    expect(slept.settled).toBe(true);
  });

  it('sleeps for longer than a timer can carry', async () => {
    const clock = new TestClock();
    const slept = watch(clock.sleep(30 * 86_400_000));
    await clock.advance('29d');
    expect(slept.settled).toBe(false);
    await clock.advance('1d');
    expect(slept.settled).toBe(true);
  });

  it('wakes in the same turn when the signal aborts, with its reason, leaving no timer and no listener', async () => {
    const clock = new TestClock();
    const caller = new AbortController();
    const reason = new Error('enough');
    const slept = clock.sleep(1000, caller.signal);
    caller.abort(reason);
    await expect(slept).rejects.toBe(reason);
    expect(clock.pendingTimers()).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });

  it('does not fall asleep when the signal is aborted already', async () => {
    const clock = new TestClock();
    await expect(clock.sleep(1000, AbortSignal.abort('over'))).rejects.toBe('over');
    expect(clock.pendingTimers()).toBe(0);
  });

  it('leaves no listener after it woke by itself', async () => {
    const clock = new TestClock();
    const { signal } = new AbortController();
    const slept = clock.sleep(1000, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advance(1000);
    await slept;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('clamps delays to what a timer can carry: more than 2³¹ − 1 ms would fire at once', () => {
    const clock = new HastyClock();
    clock.schedule(2 ** 40, () => undefined);
    clock.schedule(-5, () => undefined);
    expect(clock.asked).toEqual([2_147_483_647, 0]);
  });

  it('shares one timer among deadlines of one duration', () => {
    const clock = new TestClock();
    for (let i = 0; i < 1000; i++) clock.expireAfter(500, new Expiring(), clock.now());
    clock.expireAfter(600, new Expiring(), clock.now());
    expect(clock.pendingTimers()).toBe(2);
  });

  it('keeps nothing for durations that are used no more', async () => {
    const clock = new TestClock();
    for (let ms = 1; ms <= 1000; ms++) {
      const deadline = new Expiring();
      clock.expireAfter(ms + 0.5, deadline, clock.now());
      deadline.remove();
    }
    expect(clock.pendingTimers('referenced')).toBe(0);
    await clock.advance(2000);
    expect(clock.pendingTimers()).toBe(0);
    expect((clock as unknown as { deadlines: Map<number, unknown> }).deadlines.size).toBe(0);
  });

  it('drops the timers of idle lists when it is closed, and no deadline that a call waits for', async () => {
    const clock = new TestClock();
    const idle = new Expiring();
    let expired = false;
    clock.expireAfter(500, idle, clock.now());
    clock.expireAfter(600, new Expiring(() => (expired = true)), clock.now());
    idle.remove();
    clock.close();
    expect(clock.pendingTimers()).toBe(1);
    await clock.advance(600);
    expect(expired).toBe(true);
  });
});

describe('SystemClock', () => {
  it('is monotonic and measures what it sleeps', async () => {
    const clock = new SystemClock();
    const before = clock.now();
    await clock.sleep(5);
    expect(clock.now() - before).toBeGreaterThanOrEqual(5);
    expect(Math.abs(clock.wallNow() - Date.now())).toBeLessThan(1000);
  });

  it('ends the turn: what waits in the event loop goes first', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('the loop'));
    await new SystemClock().yield();
    order.push('us');
    expect(order).toEqual(['the loop', 'us']);
  });

  it('can cancel a timer, and lets go of the process where it is told to', async () => {
    const clock = new SystemClock();
    let fired = false;
    const timer = clock.schedule(1, () => (fired = true));
    timer.unref();
    timer.ref();
    timer.cancel();
    await clock.sleep(5);
    expect(fired).toBe(false);
  });
});

/** Fires a little before the time, as `setTimeout` does, and notes the delays that it is asked for. */
class HastyClock extends TestClock {
  readonly asked: number[] = [];

  protected override startTimer(ms: number, run: () => void): Timer {
    this.asked.push(ms);
    return super.startTimer(ms > 1 ? ms - 0.7 : ms, run);
  }
}

it('the test clock is a Clock', () => {
  expect(new TestClock()).toBeInstanceOf(Clock);
});

describe('a test runner', () => {
  it('that looks for open handles finds none of a clock', async () => {
    const open = new Set<number>();
    const hook = createHook({
      init: (id, type) => void (type === 'breakwater.clock' && open.add(id)),
      destroy: (id) => void open.delete(id),
    }).enable();
    jest.resetModules();
    const fresh = await import('./clock.js');
    expect(fresh.Clock).not.toBe(Clock);
    while (open.size > 0) await new Promise((resolve) => setImmediate(resolve));
    hook.disable();
  });

  it('whose timers stand still does not hold up the end of a turn, as of an application that closes', async () => {
    jest.useFakeTimers();
    try {
      await expect(new SystemClock().yield()).resolves.toBeUndefined();
    } finally {
      jest.useRealTimers();
    }
  });
});
