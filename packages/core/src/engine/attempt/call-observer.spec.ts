import { describe, expect, it } from '@jest/globals';
import { environmentOf, httpError, liveProvider, outcomeOf, turn } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import type { ObserveCalls } from './call-observer.js';
import { Pipeline } from '../pipeline.js';

function noting(log: string[], name = ''): ObserveCalls {
  return ({ provider }) => ({
    async around(call, next) {
      log.push(`${name}call of ${provider}`);
      try {
        return await next(call);
      } finally {
        log.push(`${name}end`);
      }
    },
    attemptBegins: (call) => void log.push(`${name}attempt ${call.attempt}${call.root === call ? ' alone' : ''}`),
    attemptEnded: (call) => void log.push(`${name}${call.outcome!.kind}`),
  });
}

describe('an observer of calls', () => {
  it('sees every call and the outcome of each attempt, in order', async () => {
    const clock = new TestClock();
    const provider = liveProvider(
      'provider',
      { retry: { attempts: 3, backoff: { initial: '1s', jitter: 'none' } } },
      { clock },
    );
    const log: string[] = [];
    provider.observeCalls(noting(log));
    let sent = 0;
    const call = provider.execute(() => {
      if (++sent < 3) throw httpError(503);
      return 'done';
    });
    await clock.advance('10s');
    expect(await call).toBe('done');
    expect(log).toEqual([
      'call of provider',
      // The first attempt needs no call of its own.
      ...['attempt 1 alone', 'unknown', 'attempt 2', 'unknown', 'attempt 3', 'success'],
      'end',
    ]);
  });

  it('sees an attempt that a gate refuses', async () => {
    const provider = liveProvider('provider', { circuitBreaker: true }, {});
    const log: string[] = [];
    provider.observeCalls(noting(log));
    provider.circuitBreaker!.isolate();
    await outcomeOf(provider.execute(() => 'never'));
    expect(log).toEqual(['call of provider', 'attempt 1 alone', 'refused', 'end']);
  });

  it('may come when methods are linked already, and stands within those that came before', async () => {
    const provider = liveProvider('provider', { timeout: { total: '1s' } }, {});
    await provider.execute(() => 'before');
    const log: string[] = [];
    provider.observeCalls(noting(log, 'outer '));
    provider.observeCalls(noting(log, 'inner '));
    await provider.execute(() => 'after');
    expect(log.filter((line) => line.includes('call') || line.includes('end'))).toEqual([
      'outer call of provider',
      'inner call of provider',
      'inner end',
      'outer end',
    ]);
  });

  it('changes neither the value nor the error', async () => {
    const provider = liveProvider('provider', {}, {});
    provider.observeCalls(noting([]));
    const [value, error] = [{}, new Error('as it was')];
    expect(await provider.execute(() => value)).toBe(value);
    expect(await outcomeOf(provider.execute(() => Promise.reject(error)))).toEqual({ error });
    await turn();
  });

  it('leaves nothing in a pipeline where there is none: the call goes straight to the outermost policy', () => {
    const pipeline = new Pipeline([], environmentOf(new TestClock()));
    expect(pipeline.run.name).toBe('attempt');
  });
});
