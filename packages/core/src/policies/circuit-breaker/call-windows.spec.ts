import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { liveCall } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { CallWindows } from './call-windows.js';
import { circuitBreakerSchema, type CircuitBreakerOptions } from './circuit-breaker.options.js';

type Kind = 'ok' | 'failed' | 'slow' | 'failed and slow';

function bench(options: CircuitBreakerOptions) {
  const settings = readSettings(circuitBreakerSchema, options, '').settings!;
  const clock = new TestClock();
  const windows = new CallWindows();
  const record = (kind: Kind) => {
    const mark = kind.includes('slow') ? windows.markSlow(clock.now(), settings) : undefined;
    const failed = kind.includes('failed');
    const trip = windows.record({ failed, refused: false, mark }, liveCall(undefined, undefined, clock), settings);
    return trip ?? (mark && windows.judge(failed, true, settings));
  };
  const shown = () => windows.shown(settings.window, clock.now());
  const holdsAny = () => windows.holdAny(settings.window, clock.now());
  return { windows, clock, record, shown, holdsAny };
}

describe('CallWindows', () => {
  it('says that so many calls have failed in a row', () => {
    const { record } = bench({ window: { consecutive: 3 } });
    const calls = (['failed', 'failed', 'ok', 'failed', 'slow', 'failed', 'failed'] as const).map(record);
    expect(calls).toEqual(calls.map(() => undefined));
    expect(record('failed and slow')).toEqual({
      reason: 'consecutive failures',
      window: 'consecutive',
      calls: 3,
      failed: 3,
    });
  });

  it.each([
    ['count', { count: 10 }],
    ['time', { time: '10s' }],
  ] as const)('says that too many calls in the %s window have failed, with what it counted', (name, window) => {
    const { record } = bench({ window, minimumCalls: 4 });
    expect((['ok', 'ok', 'failed'] as const).map(record)).toEqual([undefined, undefined, undefined]);
    expect(record('failed')).toEqual({ reason: 'failure rate', window: name, calls: 4, failed: 2, slow: 0 });
  });

  it.each([
    ['count', { count: 10 }],
    ['time', { time: '10s' }],
  ] as const)('says that too many calls in the %s window were slow, with what it counted', (name, window) => {
    const { record } = bench({ window, minimumCalls: 4, slowCall: { over: '1s', rate: 0.5 } });
    expect((['ok', 'failed', 'slow'] as const).map(record)).toEqual([undefined, undefined, undefined]);
    expect(record('slow')).toEqual({ reason: 'slow call rate', window: name, calls: 4, failed: 1, slow: 2 });
  });

  it('looks at a rate only when a call adds to it: no success opens a circuit', () => {
    const { record } = bench({ window: { count: 10 }, minimumCalls: 4, slowCall: { over: '1s', rate: 0.5 } });
    expect((['failed', 'failed', 'failed', 'ok'] as const).map(record)).toEqual([1, 2, 3, 4].map(() => undefined));
    expect(record('slow')).toBeUndefined();
    expect(record('failed')).toMatchObject({ reason: 'failure rate', calls: 6, failed: 4, slow: 1 });
  });

  it('looks at failures before it looks at slow calls, and at the count window before the time window', () => {
    const both = { window: { time: '10s', count: 3 }, minimumCalls: 2, slowCall: { over: '1s', rate: 0.5 } } as const;
    const { record } = bench(both);
    record('failed and slow');
    expect(record('failed and slow')).toMatchObject({ reason: 'failure rate', window: 'count' });
    const slow = bench(both);
    slow.record('slow');
    expect(slow.record('failed and slow')).toMatchObject({ reason: 'failure rate', window: 'count', slow: 2 });
  });

  it('opens by the time window what the count window has forgotten, and the other way round', async () => {
    const { record } = bench({ window: { time: '10s', count: 2 }, minimumCalls: 4, failureRate: 0.75 });
    record('failed');
    record('failed and slow');
    record('ok');
    expect(record('failed')).toMatchObject({ window: 'time', calls: 4, failed: 3 });
    const slowly = bench({ window: { time: '1s', count: 4 }, minimumCalls: 4, failureRate: 0.75 });
    for (const kind of ['failed', 'failed', 'ok'] as const) {
      slowly.record(kind);
      await slowly.clock.advance('1s');
    }
    expect(slowly.record('failed')).toMatchObject({ window: 'count', calls: 4, failed: 3 });
  });

  it('needs the minimum of calls, or as many as a count window can hold', () => {
    const { record } = bench({ window: { count: 3, time: '10s' }, minimumCalls: 20 });
    expect([record('failed'), record('failed')]).toEqual([undefined, undefined]);
    expect(record('failed')).toMatchObject({ window: 'count', calls: 3 });
    const wide = bench({ window: { count: 100 }, minimumCalls: 3 });
    expect([wide.record('failed'), wide.record('failed')]).toEqual([undefined, undefined]);
    expect(wide.record('failed')).toMatchObject({ window: 'count', calls: 3 });
  });

  it('shows what stands in each window, from the beginning on, and what time has taken from it', async () => {
    const { record, shown, clock } = bench({ window: { time: '1s', count: 10 }, minimumCalls: 20 });
    const nothing = { calls: 0, failed: 0, slow: 0 };
    expect(shown()).toEqual({ time: nothing, count: nothing });
    record('failed');
    record('slow');
    const two = { calls: 2, failed: 1, slow: 1 };
    expect(shown()).toEqual({ time: two, count: two });
    await clock.advance('1s');
    expect(shown()).toEqual({ time: nothing, count: two });
    expect(bench({ window: { consecutive: 5 } }).shown()).toEqual({});
  });

  it.each<[string, CircuitBreakerOptions, Kind]>([
    ['failed in a row', { window: { consecutive: 5 } }, 'failed'],
    ['failed in the count window', { window: { count: 2 } }, 'failed'],
    ['failed in the time window', { window: { time: '10s' } }, 'failed'],
    ['was slow', { window: { count: 2 }, slowCall: { over: '1s' } }, 'slow'],
  ])('knows whether it holds a call that %s, until time or others have taken it away', async (_name, options, kind) => {
    const { clock, record, holdsAny } = bench(options);
    record('ok');
    expect(holdsAny()).toBe(false);
    record(kind);
    expect(holdsAny()).toBe(true);
    if (options.window?.time === undefined) (['ok', 'ok'] as const).map(record);
    await clock.advance('10s');
    expect(holdsAny()).toBe(false);
  });

  it('is empty once cleared', () => {
    const { record, shown, windows } = bench({ window: { time: '1s', count: 10 }, minimumCalls: 20 });
    record('failed and slow');
    expect(windows.consecutive).toBe(1);
    windows.clear();
    const nothing = { calls: 0, failed: 0, slow: 0 };
    expect([windows.consecutive, shown()]).toEqual([0, { time: nothing, count: nothing }]);
  });

  describe('resized', () => {
    const one = { calls: 1, failed: 1, slow: 0 };
    const nothing = { calls: 0, failed: 0, slow: 0 };

    it('keeps what it counted', async () => {
      const { record, windows, clock } = bench({ window: { time: '1s', count: 10 }, minimumCalls: 20 });
      record('failed');
      windows.resize({ time: 60_000, count: 5 }, clock.now());
      await clock.advance('30s');
      expect(windows.shown({ time: 60_000, count: 5 }, clock.now())).toEqual({ time: one, count: one });
    });

    it('leaves alone what stays as it is', () => {
      const { record, windows, shown } = bench({ window: { time: '1s', count: 10 }, minimumCalls: 20 });
      record('failed');
      windows.resize({ time: 1000, count: 10 }, 900);
      expect(shown()).toEqual({ time: one, count: one });
      expect(windows.shown({ time: 1000, count: 10 }, 1000)).toEqual({ time: nothing, count: one });
    });

    it('drops a window that is named no more, and begins with an empty one that is new', () => {
      const { record, windows } = bench({ window: { time: '1s', count: 10 }, minimumCalls: 20 });
      record('failed');
      windows.resize({ consecutive: 5 }, 0);
      expect(windows.consecutive).toBe(1);
      windows.resize({ time: 1000, count: 10 }, 0);
      expect(windows.shown({ time: 1000, count: 10 }, 0)).toEqual({ time: nothing, count: nothing });
    });
  });
});
