import { describe, expect, it } from '@jest/globals';
import { sections } from '../composition/sections.js';
import { environmentOverrides } from './environment-overrides.js';

const PROVIDERS = {
  payments: { http: { baseUrl: 'https://a.example', headers: { 'X-Version': '2' } }, methods: { getURL: {} } },
};

describe('what the environment overrides', () => {
  it('is found by the settings’ own names in upper case', () => {
    const { module, defaults, providers, faults, sources } = environmentOverrides(
      {
        RESILIENCE__ENABLED: 'false',
        RESILIENCE__SHUTDOWN__GRACE: '25s',
        RESILIENCE__MEMORY_STORE__MAX_ENTRIES: '500',
        RESILIENCE__TRACK_CALLS: 'false',
        RESILIENCE__DEFAULTS__RETRY__ATTEMPTS: '2',
        RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__OPEN_FOR: '10s',
        RESILIENCE__PAYMENTS__METHODS__GET_URL__RETRY: 'false',
        HOME: '/root',
      },
      { providers: PROVIDERS, sections },
    );
    expect({ module, defaults, providers, faults }).toEqual({
      module: { enabled: false, shutdown: { grace: '25s' }, memoryStore: { maxEntries: 500 }, trackCalls: false },
      defaults: { retry: { attempts: 2 } },
      providers: { payments: { circuitBreaker: { openFor: '10s' }, methods: { getURL: { retry: false } } } },
      faults: [],
    });
    expect(Object.fromEntries(sources)).toMatchObject({
      'resilience.shutdown.grace': 'RESILIENCE__SHUTDOWN__GRACE',
      'resilience.defaults.retry.attempts': 'RESILIENCE__DEFAULTS__RETRY__ATTEMPTS',
      'resilience.providers.payments.methods.getURL.retry': 'RESILIENCE__PAYMENTS__METHODS__GET_URL__RETRY',
    });
  });

  it.each(['true', 'True', 'TRUE'])('is true for %s, and false for its opposite, as YAML writes them', (word) => {
    const opposite = { true: 'false', True: 'False', TRUE: 'FALSE' }[word]!;
    const { module, providers } = environmentOverrides(
      { RESILIENCE__ENABLED: word, RESILIENCE__PAYMENTS__RETRY: opposite },
      { providers: PROVIDERS, sections },
    );
    expect({ module, providers }).toEqual({ module: { enabled: true }, providers: { payments: { retry: false } } });
  });

  it('may be meant for a provider or for the module where both have the name', () => {
    const known = { providers: { logger: {}, shutdown: {} }, sections };
    const { providers, faults } = environmentOverrides(
      { RESILIENCE__LOGGER__RETRY: 'false', RESILIENCE__SHUTDOWN__GRACE: '5s' },
      known,
    );
    expect(providers).toEqual({ logger: { retry: false } });
    expect(faults).toEqual([expect.objectContaining({ path: 'RESILIENCE__SHUTDOWN__GRACE' })]);
  });

  it('is text for a header, also where it looks like a number or a word, and a dash in a new one’s name', () => {
    const { providers } = environmentOverrides(
      {
        RESILIENCE__PAYMENTS__HTTP__HEADERS__X_VERSION: '3',
        RESILIENCE__PAYMENTS__HTTP__HEADERS__X_TRACE_ALL: 'true',
      },
      { providers: PROVIDERS, sections },
    );
    expect(providers).toEqual({ payments: { http: { headers: { 'X-Version': '3', 'x-trace-all': 'true' } } } });
  });

  it('is a fault where two providers answer to one variable, rather than the first one’s', () => {
    const { providers, faults } = environmentOverrides(
      { RESILIENCE__EMAIL_API__RETRY__ATTEMPTS: '5', RESILIENCE__DEFAULTS__RETRY__ATTEMPTS: '5' },
      { providers: { emailApi: {}, email_api: {}, defaults: {} }, sections },
    );
    expect(providers).toEqual({});
    expect(faults).toEqual([
      {
        path: 'RESILIENCE__EMAIL_API__RETRY__ATTEMPTS',
        message: "it can be meant for 'emailApi' and 'email_api', which are alike in upper case: rename one of them",
      },
      {
        path: 'RESILIENCE__DEFAULTS__RETRY__ATTEMPTS',
        message: "it can be meant for 'defaults' and 'defaults', which are alike in upper case: rename one of them",
      },
    ]);
  });
});

describe('a variable that has no effect is told', () => {
  const told = (environment: Record<string, string>, providers: Record<string, object> = PROVIDERS) =>
    environmentOverrides(environment, { providers, sections }).warnings.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it.each([
    'resilience__payments__retry',
    'Resilience__Payments__Retry__Attempts',
    'RESILIENCE.PAYMENTS.RETRY',
    'RESILIENCE:PAYMENTS:RETRY',
    'resilience-payments-retry',
    'resilience',
    'RESILIENCE',
  ])('where it is written in another way: %s', (variable) => {
    expect(told({ [variable]: 'false' })).toEqual([
      `${variable}: it is not read: names are in upper case, with two underscores between levels, as in RESILIENCE__PAYMENTS__RETRY__ATTEMPTS`,
    ]);
  });

  it('where it has one underscore in the place of two', () => {
    expect(told({ RESILIENCE_ENABLED: 'false', RESILIENCE_PAYMENTS_RETRY: 'false' })).toEqual([
      'RESILIENCE_ENABLED: it is not read: two underscores stand between levels, as in RESILIENCE__ENABLED',
      expect.stringMatching(/^RESILIENCE_PAYMENTS_RETRY: .* two underscores/),
    ]);
  });

  it('and nothing is said of variables that are another’s', () => {
    expect(told({ RESILIENCEX: '1', MY_RESILIENCE__PAYMENTS: '1', resilienceful: '1' })).toEqual([]);
  });

  it('where another one switches off what it sets an option of, however that is written', () => {
    const environment = { RESILIENCE__PAYMENTS__RETRY: 'False', RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: '4' };
    expect(told(environment)).toEqual([expect.stringMatching(/^RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: .*no effect/)]);
  });

  it.each<[string, string, Record<string, object>, boolean]>([
    ['RETRY', 'false', { payments: { retry: { attempts: 3 } } }, true],
    ['RETRY', 'false', { payments: { retry: true } }, true],
    ['RETRY', 'false', { payments: { retry: false } }, false],
    ['RETRY', 'false', { payments: { retry: { attempts: 3 } }, crm: {} }, false],
    ['RETRY__ATTEMPTS', '5', { payments: { retry: { attempts: 3 } }, crm: { retry: false } }, true],
    ['RETRY__ATTEMPTS', '5', { payments: { retry: true } }, false],
    ['RETRY__ATTEMPTS', '5', { payments: { retry: { budget: {} } } }, false],
    ['RETRY__ATTEMPTS', '5', {}, false],
  ])('where it is of a default that each provider overrides: %s=%s over %j (%p)', (name, value, providers, isTold) => {
    const variable = `RESILIENCE__DEFAULTS__${name}`;
    const message = `${variable}: it has no effect: each provider has a setting of its own. Use RESILIENCE__<PROVIDER>__${name}`;
    expect(told({ [variable]: value }, providers)).toEqual(isTold ? [message] : []);
  });
});
