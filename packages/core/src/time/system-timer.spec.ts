import { describe, expect, it } from '@jest/globals';
import { SystemTimer } from './system-timer.js';

function running() {
  const own = setTimeout(() => undefined, 60_000);
  const timer = new SystemTimer(own);
  const untilLetGo = async () => {
    while (own.hasRef()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { own, timer, untilLetGo };
}

describe('a timer of the machine', () => {
  it('holds the process until it is told not to, and a moment longer', async () => {
    const { own, timer, untilLetGo } = running();
    expect(own.hasRef()).toBe(true);
    timer.unref();
    expect(own.hasRef()).toBe(true);
    await untilLetGo();
    timer.ref();
    expect(own.hasRef()).toBe(true);
    timer.cancel();
  });

  it('holds it on where it is told to in that moment', async () => {
    const [kept, other] = [running(), running()];
    kept.timer.unref();
    other.timer.unref();
    kept.timer.ref();
    await other.untilLetGo();
    expect(kept.own.hasRef()).toBe(true);
    kept.timer.unref();
    await kept.untilLetGo();
    for (const { timer } of [kept, other]) timer.cancel();
  });

  it('that has ended meanwhile keeps no other from letting go', async () => {
    const [ended, other] = [running(), running()];
    ended.timer.unref();
    ended.timer.cancel();
    other.timer.unref();
    await other.untilLetGo();
    expect(other.own.hasRef()).toBe(false);
    other.timer.cancel();
  });
});
