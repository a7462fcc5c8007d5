import { describe, expect, it } from '@jest/globals';
import { sections } from '../composition/sections.js';
import { environmentOverrides } from './environment-overrides.js';

const PROVIDERS = {
  payments: { http: { baseUrl: 'https://a.example', headers: { 'X-Version': '2' } }, methods: { getURL: {} } },
};

describe('what the environment overrides', () => {
  it('is found by the settings’ own names in upper case', () => {
    const { enabled, defaults, providers, faults } = environmentOverrides(
      {
        RESILIENCE__ENABLED: 'false',
        RESILIENCE__DEFAULTS__RETRY__ATTEMPTS: '2',
        RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__OPEN_FOR: '10s',
        RESILIENCE__PAYMENTS__METHODS__GET_URL__RETRY: 'false',
        HOME: '/root',
      },
      { providers: PROVIDERS, sections },
    );
    expect({ enabled, defaults, providers, faults }).toEqual({
      enabled: false,
      defaults: { retry: { attempts: 2 } },
      providers: { payments: { circuitBreaker: { openFor: '10s' }, methods: { getURL: { retry: false } } } },
      faults: [],
    });
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
