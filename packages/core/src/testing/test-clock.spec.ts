import { describe, expect, it } from '@jest/globals';
import { TestClock } from './test-clock.js';

describe('TestClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new TestClock();
    expect(clock.now()).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(0);
    await clock.advance('5s');
    expect(clock.now()).toBe(5000);
    expect(new Date(clock.wallNow()).toISOString()).toBe('2026-01-01T00:00:05.000Z');
  });

  it('runs what falls due in order, at its own time, and the promises behind it', async () => {
    const clock = new TestClock();
    const log: [string, number][] = [];
    const tick = async (name: string, ms: number, times: number) => {
      for (let i = 0; i < times; i++) {
        await clock.sleep(ms);
        log.push([name, clock.now()]);
      }
    };
    void tick('a', 30, 3);
    void tick('b', 45, 2);
    await clock.advance(100);
    expect(log).toEqual([
      ['a', 30],
      ['b', 45],
      ['a', 60],
      ['b', 90],
      ['a', 90],
    ]);
  });

  it('lets those go on who ended their turn, however often', async () => {
    const clock = new TestClock();
    let turns = 0;
    const loop = async () => {
      for (let i = 0; i < 50; i++) {
        await clock.yield();
        turns++;
      }
    };
    void loop();
    await clock.advance(0);
    expect(turns).toBe(50);
  });

  it('leaves what falls due undone while it is blocked, and does it late', async () => {
    const clock = new TestClock();
    let firedAt = -1;
    clock.schedule(100, () => (firedAt = clock.now()));
    clock.block('1s');
    expect(firedAt).toBe(-1);
    await clock.advance(0);
    expect(firedAt).toBe(1000);
  });

  it('tells when the next timer falls due', async () => {
    const clock = new TestClock();
    expect(clock.nextTimerIn()).toBeUndefined();
    clock.schedule(100, () => undefined);
    const sooner = clock.schedule(30, () => undefined);
    expect(clock.nextTimerIn()).toBe(30);
    await clock.advance(10);
    expect(clock.nextTimerIn()).toBe(20);
    sooner.cancel();
    expect(clock.nextTimerIn()).toBe(90);
    clock.block(200);
    expect(clock.nextTimerIn()).toBe(0);
  });

  it('counts the timers that are running', () => {
    const clock = new TestClock();
    const timer = clock.schedule(100, () => undefined);
    expect(clock.pendingTimers()).toBe(1);
    timer.unref();
    expect([clock.pendingTimers(), clock.pendingTimers('referenced')]).toEqual([1, 0]);
    timer.ref();
    expect(clock.pendingTimers('referenced')).toBe(1);
    timer.cancel();
    timer.cancel();
    expect(clock.pendingTimers()).toBe(0);
  });
});
