import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LiveCall } from '../live-call.js';
import { liveCall, turn, watch } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';
import { WaitQueue } from './wait-queue.js';

function bench() {
  const clock = new TestClock();
  const queue = new WaitQueue<string>(clock);
  const join = (maxWaitMs = Infinity, weight?: number) => {
    const call = liveCall(undefined, undefined, clock);
    return { call, result: watch(queue.join(call, maxWaitMs, () => 'too long', weight)) };
  };
  return { clock, queue, join };
}

/** How many are told when it is aborted. */
function listenersOf(call: LiveCall): number {
  const { abortState, waiting } = call as unknown as {
    abortState?: { listener?: unknown; others?: Set<unknown> };
    waiting?: unknown;
  };
  const listening = (abortState?.listener === undefined ? 0 : 1) + (abortState?.others?.size ?? 0);
  return listening + (waiting === undefined ? 0 : 1);
}

describe('wait queue', () => {
  it('lets the call that came first go on, and hands over the turn', async () => {
    const { queue, join } = bench();
    const [first, second] = [join(), join()];
    expect(queue.size).toBe(2);
    expect(queue.admitFirst('one')).toBe(true);
    await turn();
    expect(first.result).toEqual({ settled: true, value: 'one' });
    expect(second.result.settled).toBe(false);
    expect(queue.admitFirst('two')).toBe(true);
    expect(queue.admitFirst('nobody')).toBe(false);
    await turn();
    expect(second.result).toEqual({ settled: true, value: 'two' });
    expect(queue.size).toBe(0);
  });

  it('knows what all weigh together, and the first', () => {
    const { queue, join } = bench();
    expect(queue.firstWeight).toBeUndefined();
    const first = join(Infinity, 3);
    join();
    join(Infinity, 0);
    expect([queue.weight, queue.firstWeight]).toEqual([4, 3]);
    first.call.abort('left');
    expect([queue.weight, queue.firstWeight]).toEqual([1, 1]);
    queue.admitFirst('');
    expect([queue.weight, queue.firstWeight]).toEqual([0, 0]);
  });

  it('is left in the same turn by a call that is aborted, wherever it stands', async () => {
    for (const place of [0, 1, 2]) {
      const { queue, join } = bench();
      const all = [join(), join(), join()];
      all[place]!.call.abort('left');
      expect(queue.size).toBe(2);
      await turn();
      expect(all[place]!.result).toEqual({ settled: true, error: 'left' });
      const others = all.filter((_, i) => i !== place);
      queue.admitFirst('one');
      queue.admitFirst('two');
      await turn();
      expect(others.map(({ result }) => result.value)).toEqual(['one', 'two']);
      expect(queue.size).toBe(0);
    }
  });

  it('is left by a call that has waited too long, to the millisecond, and by no other', async () => {
    const { clock, queue, join } = bench();
    const impatient = join(100);
    const patient = join();
    await clock.advance(99);
    expect(impatient.result.settled).toBe(false);
    await clock.advance(1);
    expect(impatient.result).toEqual({ settled: true, error: 'too long' });
    expect(patient.result.settled).toBe(false);
    expect(queue.size).toBe(1);
  });

  it('holds the process only while a call waits for a limited time', () => {
    const { clock, queue, join } = bench();
    join();
    expect(clock.pendingTimers()).toBe(0);
    const limited = join(100);
    expect(clock.pendingTimers('referenced')).toBe(1);
    limited.call.abort('left');
    expect(clock.pendingTimers('referenced')).toBe(0);
    join(100);
    queue.admitFirst('');
    queue.admitFirst('');
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('gives a call that has waited too long a last chance: its turn may come in the same moment', async () => {
    const clock = new TestClock();
    let turns = 1;
    const queue: WaitQueue<string> = new WaitQueue(clock, () => {
      if (turns-- > 0) queue.admitFirst('just in time');
    });
    const join = (maxWaitMs: number) =>
      watch(queue.join(liveCall(undefined, undefined, clock), maxWaitMs, () => 'too long'));
    const [first, second] = [join(100), join(100)];
    await clock.advance(100);
    expect(first).toEqual({ settled: true, value: 'just in time' });
    expect(second).toEqual({ settled: true, error: 'too long' });
  });

  it('is not joined by a call that was aborted before', async () => {
    const { clock, queue } = bench();
    const call = liveCall(undefined, undefined, clock);
    call.abort('left');
    const result = watch(queue.join(call, 100, () => 'too long'));
    expect([queue.size, queue.weight, clock.pendingTimers(), listenersOf(call)]).toEqual([0, 0, 0, 0]);
    await turn();
    expect(result).toEqual({ settled: true, error: 'left' });
  });

  it('can have the first or the last leave, each told something of its own', async () => {
    const { queue, join } = bench();
    const [first, second, third] = [join(Infinity, 2), join(), join(Infinity, 5)];
    const told = (call: LiveCall, weight: number) => [call, weight];
    queue.refuseFirst(told);
    queue.refuseLast(told);
    await turn();
    expect(first.result.error).toEqual([first.call, 2]);
    expect(third.result.error).toEqual([third.call, 5]);
    expect(second.result.settled).toBe(false);
    for (let i = 0; i < 2; i++) queue.refuseLast(told);
    queue.refuseFirst(told);
    expect(queue.size).toBe(0);
  });

  it('sends all calls away when it is closed, each told something of its own', async () => {
    const { queue, join } = bench();
    const all = [join(), join(100)];
    expect(queue.closed).toBe(false);
    queue.close((call) => call);
    expect([queue.size, queue.closed]).toEqual([0, true]);
    await turn();
    expect(all.map(({ result }) => result.error)).toEqual(all.map(({ call }) => call));
  });

  it('listens to no call that has left, on whatever way', () => {
    const { queue, join } = bench();
    const [admitted, aborted, expired, rejected] = [join(), join(), join(), join()];
    expect(listenersOf(admitted.call)).toBe(1);
    queue.admitFirst('');
    aborted.call.abort('left');
    queue.refuseFirst(() => 'too costly');
    queue.close(() => 'closed');
    for (const { call } of [admitted, aborted, expired, rejected]) expect(listenersOf(call)).toBe(0);
  });

  it('settles each exactly once, first come first served, whatever comes in whichever order', async () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant('join' as const), weight: fc.nat(4), wait: fc.constantFrom(Infinity, 20, 50) }),
      fc.record({ do: fc.constant('admit' as const) }),
      fc.record({ do: fc.constant('abort' as const), which: fc.nat(30) }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 }) }),
    );
    const property = fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
      const { clock, queue, join } = bench();
      const all: ReturnType<typeof join>[] = [];
      const expected: (string | undefined)[] = [];
      const admissions: [boolean, boolean][] = [];
      const waiting: { id: number; weight: number; until: number }[] = [];
      const leave = (at: number, how: string) => (expected[waiting.splice(at, 1)[0]!.id] = how);
      for (const step of actions) {
        if (step.do === 'join') {
          waiting.push({ id: all.length, weight: step.weight, until: clock.now() + step.wait });
          all.push(join(step.wait, step.weight));
        } else if (step.do === 'admit') {
          admissions.push([queue.admitFirst('admitted'), waiting.length > 0]);
          if (waiting.length > 0) leave(0, 'admitted');
        } else if (step.do === 'abort') {
          all[step.which]?.call.abort('left');
          const at = waiting.findIndex(({ id }) => id === step.which);
          if (at >= 0) leave(at, 'left');
        } else {
          await clock.advance(step.ms);
          for (let i = waiting.length - 1; i >= 0; i--) if (waiting[i]!.until <= clock.now()) leave(i, 'too long');
        }
        expect(queue.size).toBe(waiting.length);
        expect(queue.weight).toBe(waiting.reduce((sum, { weight }) => sum + weight, 0));
        expect(queue.firstWeight).toBe(waiting[0]?.weight);
      }
      await turn();
      expect(admissions.map(([admitted]) => admitted)).toEqual(admissions.map(([, expected]) => expected));
      expect(all.map(({ result }) => result.value ?? result.error)).toEqual(all.map((_, i) => expected[i]));
    });
    await fc.assert(property, { numRuns: modelRuns(100) });
  });
});
