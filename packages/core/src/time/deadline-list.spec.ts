import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import type { Timer } from './timer.js';
import { Deadline } from './deadline-list.js';
import { TestClock } from '../testing/test-clock.js';

class Named extends Deadline {
  constructor(
    readonly name: string,
    readonly expired: string[],
  ) {
    super();
  }

  expire(): void {
    this.expired.push(this.name);
  }
}

function bench() {
  const clock = new TestClock();
  const expired: string[] = [];
  const add = (name: string, ms = 100) => {
    const deadline = new Named(name, expired);
    clock.expireAfter(ms, deadline, clock.now());
    return deadline;
  };
  return { clock, expired, add };
}

describe('deadlines', () => {
  it('expire in the order in which they fall due, each once', async () => {
    const { clock, expired, add } = bench();
    add('a');
    await clock.advance(30);
    add('b');
    add('short', 20);
    await clock.advance(50);
    expect(expired).toEqual(['short']);
    await clock.advance(20);
    expect(expired).toEqual(['short', 'a']);
    await clock.advance(1000);
    expect(expired).toEqual(['short', 'a', 'b']);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('do not expire before their time, to the millisecond', async () => {
    const { clock, expired, add } = bench();
    add('a');
    await clock.advance(99.9);
    expect(expired).toEqual([]);
    await clock.advance(0.1);
    expect(expired).toEqual(['a']);
  });

  it('hold no process in the background, and leave no timer when the clock is closed', async () => {
    const { clock, expired } = bench();
    const [a, b] = ['a', 'b'].map((name) => new Named(name, expired));
    clock.expireInBackground(100, a!, clock.now());
    await clock.advance(30);
    clock.expireInBackground(100, b!, clock.now());
    expect([clock.pendingTimers(), clock.pendingTimers('referenced')]).toEqual([1, 0]);
    await clock.advance(70);
    expect(expired).toEqual(['a']);
    expect([clock.pendingTimers(), clock.pendingTimers('referenced')]).toEqual([1, 0]);
    clock.close();
    expect(clock.pendingTimers()).toBe(1);
    b!.remove();
    clock.close();
    expect(clock.pendingTimers()).toBe(0);
  });

  it('can be taken back wherever they stand, once and twice', async () => {
    const { clock, expired, add } = bench();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => add(name));
    b!.remove();
    b!.remove();
    a!.remove();
    d!.remove();
    add('e');
    await clock.advance(100);
    expect(expired).toEqual(['c', 'e']);
    c!.remove();
    expect(expired).toEqual(['c', 'e']);
  });

  it('hold the process only while there are any: an idle list holds no referenced timer', async () => {
    const { clock, add } = bench();
    const a = add('a');
    expect(clock.pendingTimers('referenced')).toBe(1);
    a.remove();
    expect(clock.pendingTimers('referenced')).toBe(0);
    const b = add('b');
    expect(clock.pendingTimers()).toBe(1);
    expect(clock.pendingTimers('referenced')).toBe(1);
    b.remove();
    await clock.advance(100);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('expire in time when the list had been idle and its old timer still runs', async () => {
    const { clock, expired, add } = bench();
    add('a').remove();
    await clock.advance(60);
    add('b');
    await clock.advance(40);
    expect(expired).toEqual([]);
    await clock.advance(60);
    expect(expired).toEqual(['b']);
  });

  it('that a blocked loop fires late let results win that had already arrived', async () => {
    const { clock, expired, add } = bench();
    const late = add('late');
    clock.block(500);
    // The result waits in the event loop behind the timer, as a socket's data would.
    setImmediate(() => late.remove());
    await clock.advance(0);
    expect(expired).toEqual([]);
    add('next');
    await clock.advance(100);
    expect(expired).toEqual(['next']);
  });

  it('that fire late expire nevertheless when no result has arrived', async () => {
    const { clock, expired, add } = bench();
    add('late');
    clock.block(500);
    add('after');
    await clock.advance(0);
    expect(expired).toEqual(['late']);
    await clock.advance(100);
    expect(expired).toEqual(['late', 'after']);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('that fire but a little late let results win, too', async () => {
    const { clock, expired, add } = bench();
    const late = add('late');
    clock.block(101);
    setImmediate(() => late.remove());
    await clock.advance(0);
    expect(expired).toEqual([]);
  });

  it('have their timer in no caller’s async context, whichever made the first of them', async () => {
    const requests = new AsyncLocalStorage<string>();
    const startedFor: unknown[] = [];
    const clock = new (class extends TestClock {
      protected override startTimer(ms: number, run: () => void): Timer {
        startedFor.push(requests.getStore());
        return super.startTimer(ms, run);
      }
    })();
    requests.run('A', () => clock.expireAfter(100, new Named('a', []), 0));
    await requests.run('B', () => clock.sleep(1, AbortSignal.abort()).catch(() => undefined));
    requests.run('B', () => void clock.sleep(1));
    expect(startedFor).toEqual([undefined, 'B']);
  });

  it('may make others and take others back while they expire', async () => {
    const { clock, expired, add } = bench();
    const reentrant = new (class extends Deadline {
      expire(): void {
        expired.push('reentrant');
        second.remove();
        add('made then');
      }
    })();
    clock.expireAfter(100, reentrant, clock.now());
    const second = add('second');
    await clock.advance(100);
    expect(expired).toEqual(['reentrant']);
    await clock.advance(100);
    expect(expired).toEqual(['reentrant', 'made then']);
  });
});
