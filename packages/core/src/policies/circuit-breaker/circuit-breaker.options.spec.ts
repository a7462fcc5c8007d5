import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';

function read(given: unknown) {
  return readSettings(circuitBreakerSchema, given, 'circuitBreaker');
}

function faultsOf(given: unknown): readonly string[] {
  return read(given).faults?.map(({ path, message }) => `${path}: ${message}`) ?? [];
}

const DURATION = "expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds";

describe('the settings of a circuit breaker', () => {
  it('have the defaults that are documented', () => {
    expect(read({}).settings).toEqual({
      mode: 'enforce',
      window: { time: 10_000, consecutive: 10 },
      failureRate: 0.5,
      minimumCalls: 20,
      openFor: { initial: 5000, factor: 1, max: 5000, jitter: 'none' },
      maxRetryAfter: 60_000,
      halfOpen: { calls: 3, successRate: 1, atMost: 10_000 },
    });
    expect(read({ openFor: {}, slowCall: { over: '1s' }, ramp: { over: '10s' } }).settings).toMatchObject({
      openFor: { initial: 5000, factor: 2, max: 60_000, jitter: 'equal' },
      slowCall: { over: 1000, rate: 0.8 },
      ramp: { over: 10_000, from: 0.1 },
    });
  });

  it('take a duration for an open period that never changes', () => {
    expect(read({ openFor: '2s' }).settings?.openFor).toEqual({ initial: 2000, factor: 1, max: 2000, jitter: 'none' });
    expect(read({ openFor: 250 }).settings?.openFor).toMatchObject({ initial: 250, max: 250 });
  });

  it.each([
    { time: 10 },
    { count: 1 },
    { consecutive: 1 },
    { time: '1h', count: 100_000 },
    { count: 5, consecutive: 1_000_000 },
    { time: '10s', count: 100, consecutive: 5 },
  ])('take the window %j', (window) => {
    expect(faultsOf({ window })).toEqual([]);
  });

  it.each([
    [{ window: {} }, "window.time: nothing given; expected a time such as '10s', count: 100 or consecutive: 5"],
    [{ window: { time: 9 } }, `window.time: 9 given; ${DURATION} of at least 10 ms`],
    [{ window: { count: 0 } }, 'window.count: 0 given; expected a whole number from 1 to 100000'],
    [{ window: { count: 100_001 } }, 'window.count: 100001 given; expected a whole number from 1 to 100000'],
    [{ window: { consecutive: 0 } }, 'window.consecutive: 0 given; expected a whole number from 1 to 1000000'],
    [
      { window: { consecutive: 5 }, slowCall: { over: '1s' } },
      "slowCall: an object given; needs window.time, for example '10s', or window.count: a consecutive window counts failures only",
    ],
    [{ slowCall: { over: 0 } }, `slowCall.over: 0 given; ${DURATION} of at least 1 ms`],
    [{ mode: 'off' }, "mode: 'off' given; expected one of 'enforce', 'metricsOnly'"],
    [{ minimumCalls: 0 }, 'minimumCalls: 0 given; expected a whole number from 1 to 1000000'],
    [{ openFor: 0 }, `openFor: 0 given; ${DURATION} of at least 1 ms of at most 2147483647 ms`],
    [{ openFor: '25d' }, `openFor: '25d' given; ${DURATION} of at least 1 ms of at most 2147483647 ms`],
    [{ openFor: ['1s'] }, `openFor: a list given; ${DURATION} of at least 1 ms of at most 2147483647 ms`],
    [{ openFor: { factor: 0.5 } }, 'openFor.factor: 0.5 given; expected a number from 1 to 100'],
    [
      { openFor: { initial: '2m', max: '1m' } },
      'openFor.initial: 120000 given; expected at most openFor.max (60000 ms)',
    ],
    [{ openFor: { jitter: 'some' } }, "openFor.jitter: 'some' given; expected one of 'none', 'equal', 'full'"],
    [
      { openFor: { inital: '1s' } },
      "openFor.inital: unknown option; did you mean 'initial'? Known are initial, factor, max, jitter, stableAfter",
    ],
    [{ maxRetryAfter: '25d' }, `maxRetryAfter: '25d' given; ${DURATION} of at most 2147483647 ms`],
    [{ halfOpen: { atMost: 0 } }, `halfOpen.atMost: 0 given; ${DURATION} of at least 1 ms`],
    [{ halfOpen: { calls: 0 } }, 'halfOpen.calls: 0 given; expected a whole number from 1 to 10000'],
    [{ halfOpen: { successRate: 0 } }, 'halfOpen.successRate: 0 given; expected a share above 0, at most 1'],
    [{ ramp: {} }, 'ramp.over: nothing given; it is required'],
    [{ ramp: { over: 0 } }, `ramp.over: 0 given; ${DURATION} of at least 1 ms`],
    [{ ramp: { over: '1s', from: 1.5 } }, 'ramp.from: 1.5 given; expected a share above 0, at most 1'],
    [{ ramp: { over: '1s', from: 0 } }, 'ramp.from: 0 given; expected a share above 0, at most 1'],
  ])('refuse %j', (given, fault) => {
    expect(faultsOf(given)).toEqual([`circuitBreaker.${fault}`]);
  });

  it.each([
    [{ openFor: { initial: '25d', max: '1m' } }, 'openFor.initial'],
    [{ openFor: { initial: '1m', max: 0 } }, 'openFor.max'],
    [{ window: { consecutive: 5 }, slowCall: { over: 0 } }, 'slowCall.over'],
  ])('do not compare what is wrong by itself: %j', (given, at) => {
    expect(faultsOf(given).map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual([`circuitBreaker.${at}`]);
  });

  it('allow an open period as long as its cap', () => {
    expect(faultsOf({ openFor: { initial: '1m', max: '1m' } })).toEqual([]);
  });

  it('refuse everything that is wrong at once', () => {
    const wrong = {
      mode: 'on',
      window: {},
      slowCall: { over: '1s' },
      openFor: { initial: '2h' },
      ramp: { over: '1s', from: 2 },
    };
    expect(faultsOf(wrong).map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual([
      'circuitBreaker.mode',
      'circuitBreaker.window.time',
      'circuitBreaker.openFor.initial',
      'circuitBreaker.ramp.from',
    ]);
    const { ramp: _ramp, mode: _mode, ...inconsistent } = wrong;
    expect(faultsOf(inconsistent).map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual([
      'circuitBreaker.window.time',
      'circuitBreaker.openFor.initial',
    ]);
    expect(
      faultsOf({ ...wrong, window: { consecutive: 5 } }).map((fault) => fault.slice(0, fault.indexOf(':'))),
    ).toEqual([
      'circuitBreaker.mode',
      'circuitBreaker.openFor.initial',
      'circuitBreaker.ramp.from',
      'circuitBreaker.slowCall',
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('refuse %d wherever a number belongs', (number) => {
    const given = {
      window: { time: number, count: number, consecutive: number },
      failureRate: number,
      slowCall: { over: number, rate: number },
      minimumCalls: number,
      openFor: { initial: number, factor: number, max: number, stableAfter: number },
      maxRetryAfter: number,
      halfOpen: { calls: number, successRate: number, atMost: number },
      ramp: { over: number, from: number },
    };
    expect(faultsOf(given)).toHaveLength(3 + 1 + 2 + 1 + 4 + 1 + 3 + 2);
    expect(faultsOf({ openFor: number })).toHaveLength(1);
  });
});
