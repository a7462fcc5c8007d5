import { describe, expect, it } from '@jest/globals';
import { startResilience } from '../../test/start-resilience.fixture.js';
import type { ResilienceOptions } from '../composition/resilience.options.js';

function faultsOf(options: unknown, environment: Record<string, string> = {}): string[] {
  const { parts } = startResilience(options as ResilienceOptions, environment);
  return parts.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('the options of the module', () => {
  it.each([
    [
      { providers: { p: 5 } },
      'resilience.providers.p: 5 given; expected an object of settings, for example { retry: { attempts: 3 } }',
    ],
    [{ providers: { p: [] } }, 'resilience.providers.p: a list given; expected an object of settings'],
    [{ providers: { p: null } }, 'resilience.providers.p: null given; expected an object of settings'],
    [{ providers: { p: undefined } }, 'resilience.providers.p: nothing given; expected an object of settings'],
    [{ providers: [{}] }, 'resilience.providers: a list given; expected an object of providers'],
    [{ defaults: 5 }, 'resilience.defaults: 5 given; expected an object of policies'],
    [{ defaults: { retyr: true } }, "resilience.defaults.retyr: unknown setting; did you mean 'retry'?"],
    [{ store: 'redis' }, "resilience.store: 'redis' given; expected a store, for example new MemoryStore()"],
    [{ clock: 5 }, 'resilience.clock: 5 given; expected a clock, for example new SystemClock()'],
    [{ enabled: 'no' }, "resilience.enabled: 'no' given; expected true or false"],
    [{ provider: {} }, "resilience.provider: unknown setting; did you mean 'providers'?"],
  ])('are refused where they make no sense: %j', (options, fault) => {
    expect(faultsOf(options)).toEqual([expect.stringContaining(fault)]);
  });

  it('are all looked into, whatever else is wrong', () => {
    expect(faultsOf({ clock: 5, store: {}, defaults: [], providers: { p: 5, q: { retry: { attempts: 0 } } } })).toEqual(
      [
        expect.stringContaining('resilience.clock'),
        expect.stringContaining('resilience.store'),
        expect.stringContaining('resilience.defaults'),
        expect.stringContaining('resilience.providers.p'),
        expect.stringContaining('resilience.providers.q.retry.attempts'),
      ],
    );
  });

  it('say once what is wrong with the name of a default, not for every provider', () => {
    expect(faultsOf({ defaults: { retyr: true }, providers: { p: {}, q: {} } })).toHaveLength(1);
  });

  it('name the variable that brought what is wrong', () => {
    const environment = {
      RESILIENCE__SHUTDOWN__GRACE: '25 s',
      RESILIENCE__P__RETRY_ATTEMPTS: '5',
      RESILIENCE__P__TIMEOUT__ATTEMPT: '2 s',
      RESILIENCE__P__RETRY: 'off',
      RESILIENCE__P__HTTP__AUTH: 'sk_live_51Hx0aBcDeFgHiJk',
    };
    const faults = faultsOf({ providers: { p: { http: { baseUrl: 'https://a.example' }, bulkhead: 0 } } }, environment);
    expect(faults).toEqual([
      expect.stringMatching(/^resilience\.shutdown\.grace: .* \(set by RESILIENCE__SHUTDOWN__GRACE\)$/),
      expect.stringMatching(/^resilience\.providers\.p\.http\.auth\.bearer: .* \(set by RESILIENCE__P__HTTP__AUTH\)$/),
      expect.stringMatching(/^resilience\.providers\.p\.retryAttempts: .* \(set by RESILIENCE__P__RETRY_ATTEMPTS\)$/),
      expect.stringMatching(
        /^resilience\.providers\.p\.timeout\.attempt: .* \(set by RESILIENCE__P__TIMEOUT__ATTEMPT\)$/,
      ),
      expect.stringMatching(
        /^resilience\.providers\.p\.retry: 'off' given.*false to leave it out \(set by RESILIENCE__P__RETRY\)$/,
      ),
      expect.stringMatching(/^resilience\.providers\.p\.bulkhead: 0 given(?!.*set by)/),
    ]);
  });

  it('name the default that brought what is wrong, or its variable, and not where the provider says it itself', () => {
    const defaults = { retry: { attempts: 0 }, timeout: { attempt: '2 s' }, bulkhead: { concurrency: 0 } };
    const providers = { p: { bulkhead: { concurrency: 0 } }, q: { retry: true, timeout: false, bulkhead: false } };
    const environment = { RESILIENCE__DEFAULTS__TIMEOUT__ATTEMPT: '3 s' };
    const set = 'resilience.providers';
    expect(faultsOf({ defaults, providers }, environment).toSorted()).toEqual([
      expect.stringMatching(`^${set}.p.bulkhead.concurrency: 0 given((?!set by).)*$`),
      expect.stringMatching(`^${set}.p.retry.attempts: 0 given.* \\(set by resilience.defaults.retry.attempts\\)$`),
      expect.stringMatching(`^${set}.p.timeout.attempt: .*\\(set by RESILIENCE__DEFAULTS__TIMEOUT__ATTEMPT\\)$`),
      expect.stringMatching(`^${set}.q.retry.attempts: 0 given.* \\(set by resilience.defaults.retry.attempts\\)$`),
    ]);
  });

  it('have no http and no webhook settings for all providers, wherever they stand', () => {
    const misplaced = (section: string) =>
      `resilience.defaults.${section}: it belongs to a single provider: give it to resilience.providers.<name>.${section}`;
    expect(faultsOf({ defaults: { webhook: {} }, providers: { p: {} } })).toEqual([misplaced('webhook')]);
    expect(faultsOf({ providers: { p: {} } }, { RESILIENCE__DEFAULTS__HTTP__BASE_URL: 'https://x.example' })).toEqual([
      misplaced('http'),
    ]);
  });
});
