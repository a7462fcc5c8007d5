import { ResilienceConfigurationError } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import type { ProviderPatch } from '../src/composition/resilience.options.js';
import { secret } from '../src/config/fields/secret.js';
import { httpSection } from '../src/clients/http/http.section.js';
import { startResilience } from './start-resilience.fixture.js';

const HTTP = { baseUrl: 'https://a.example', auth: { bearer: secret('OLD_KEY') } };

function start(environment: Record<string, string> = { OLD_KEY: 'old' }) {
  return startResilience({ providers: { payments: { http: HTTP, retry: { attempts: 2 } } } }, environment);
}

function faultsOf(run: () => void): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ResilienceConfigurationError)
      return error.faults.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('new settings of a provider', () => {
  it('are refused with everything that is wrong with them, and then nothing has changed', () => {
    const { parts, resilience } = start();
    const patch = { http: { baseUrl: 'x' }, retry: { attempts: -1 }, rateLimit: { limit: 5, per: '1s' } } as const;
    expect(faultsOf(() => resilience.reconfigure('payments', patch))).toEqual([
      expect.stringContaining("resilience.providers.payments.http.baseUrl: 'x' given"),
      expect.stringContaining('resilience.providers.payments.retry.attempts: -1 given'),
    ]);
    expect(faultsOf(() => resilience.reconfigure('payments', { ...patch, retry: {} }))).toHaveLength(1);
    expect(parts.sections.get('payments', httpSection)!.baseUrl).toBe('https://a.example');
    expect(
      resilience
        .provider('payments')
        .snapshot()
        .policies.map(({ kind }) => kind),
    ).not.toContain('rateLimit');
  });

  it.each([5, null, undefined, []])('are refused when they are no settings: %p', (patch) => {
    expect(faultsOf(() => start().resilience.reconfigure('payments', patch as unknown as ProviderPatch))).toEqual([
      expect.stringContaining('expected an object of settings'),
    ]);
  });

  it('must have their secrets, as at boot', () => {
    const patch = { http: { auth: { bearer: secret('NOT_THERE') } } };
    expect(faultsOf(() => start().resilience.reconfigure('payments', patch))).toEqual([
      'resilience.providers.payments.http.auth.bearer: the secret is not set: give the environment variable NOT_THERE a value',
    ]);
    const webhook = { sender: 'stripe', secrets: [secret('NOT_THERE')] };
    expect(faultsOf(() => start().resilience.reconfigure('payments', { webhook }))).toEqual([
      expect.stringContaining('resilience.providers.payments.webhook.secrets.0'),
    ]);
  });

  it('are taken in an incident although a secret that they do not name is gone', () => {
    expect(faultsOf(() => start({}).resilience.reconfigure('payments', { retry: { attempts: 1 } }))).toEqual([]);
  });

  it('are refused for what the environment hides of them, too', () => {
    const { parts, resilience } = start({
      OLD_KEY: 'old',
      RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: '3',
      RESILIENCE__PAYMENTS__METHODS__CHARGE__TIMEOUT__ATTEMPT: '1s',
      RESILIENCE__PAYMENTS__HTTP__BASE_URL: 'https://b.example',
    });
    const patch = {
      http: { baseUrl: 'x', auth: { bearer: secret('NOT_THERE') } },
      retry: { attempts: -1, maxElapsed: '5 s' as never },
      methods: { charge: { timeout: { attempt: -1 } } },
    };
    expect(faultsOf(() => resilience.reconfigure('payments', patch))).toEqual([
      expect.stringContaining('resilience.providers.payments.http.auth.bearer: the secret is not set'),
      expect.stringContaining("resilience.providers.payments.http.baseUrl: 'x' given"),
      expect.stringContaining("resilience.providers.payments.retry.maxElapsed: '5 s' given"),
      expect.stringContaining('resilience.providers.payments.retry.attempts: -1 given'),
      expect.stringContaining('resilience.providers.payments.methods.charge.timeout.attempt: -1 given'),
    ]);
    expect(parts.sections.get('payments', httpSection)!.auth).toEqual({ bearer: secret('OLD_KEY') });
  });

  it('may be hidden by the environment when they are right, and lean on what it gives', () => {
    const { resilience } = start({
      OLD_KEY: 'old',
      RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: '3',
      RESILIENCE__PAYMENTS__RATE_LIMIT__LIMIT: '10',
    });
    const patch = { retry: { attempts: 4 }, rateLimit: { burst: 2 } } as ProviderPatch;
    expect(faultsOf(() => resilience.reconfigure('payments', patch))).toEqual([]);
  });

  it('can have a credential of another kind', () => {
    const { parts, resilience } = start();
    resilience.reconfigure('payments', { http: { auth: { basic: { username: 'shop', password: 'p' } } } });
    expect(parts.sections.get('payments', httpSection)).toEqual({
      baseUrl: 'https://a.example',
      auth: { basic: { username: 'shop', password: 'p' } },
    });
  });

  it('are refused by the provider itself where the application reads them', () => {
    const provider = start().resilience.provider('payments');
    const patch = { http: 5, webhook: {}, retry: { attempts: -1 } } as never;
    expect(faultsOf(() => provider.reconfigure(patch))).toEqual([
      'resilience.providers.payments.http: it is not read here: give it to Resilience.reconfigure',
      'resilience.providers.payments.webhook: it is not read here: give it to Resilience.reconfigure',
      expect.stringContaining('retry.attempts: -1 given'),
    ]);
  });
});

describe('the sections of a provider', () => {
  it('are given as they are with what the environment says of them', () => {
    const environment = { RESILIENCE__PAYMENTS__HTTP__BASE_URL: 'https://b.example' };
    const { parts } = startResilience({ providers: { payments: { http: HTTP } } }, environment);
    expect(parts.sections.given('payments', httpSection)).toEqual({ ...HTTP, baseUrl: 'https://b.example' });
  });
});
