import { describe, expect, it } from '@jest/globals';
import { secret } from '../src/config/fields/secret.js';
import type { ResilienceOptions } from '../src/composition/resilience.options.js';
import { startResilience } from './start-resilience.fixture.js';

const BASE_URL = 'https://api.example.com';
const WEBHOOK = { sender: 'stripe', secrets: ['whsec_8f2bd5c1a7e94f03b6d1'] };

describe.each(['sk_live_51Hx0aBcDeFgHiJk', 'hunter22', 'swordfish'])('the secret %s', (value) => {
  const places: readonly (readonly [string, unknown, Record<string, string>?])[] = [
    ['in the place of a provider', value],
    ['in the place of http', { http: value }],
    ['in the place of webhook', { webhook: value }],
    [
      'in the name of a credential’s header',
      { http: { baseUrl: BASE_URL, auth: { header: { name: `X-Key: ${value}`, value: 'x' } } } },
    ],
    ['in the name of a header', { http: { baseUrl: BASE_URL, headers: { [`Authorization: Bearer ${value}`]: '' } } }],
    ['in the place of headers', { http: { baseUrl: BASE_URL, headers: `Authorization: Bearer ${value}` } }],
    ['in the place of auth', { http: { baseUrl: BASE_URL, auth: value } }],
    ['in a base URL with credentials', { http: { baseUrl: `ftp://shop:${value}@api.example.com` } }],
    ['in the query of a base URL', { http: { baseUrl: `api.example.com/v1?key=${value}` } }],
    ['in a base URL of the environment', {}, { RESILIENCE__PAYMENTS__HTTP__BASE_URL: `//x?key=${value}` }],
    ['in the place of the sender', { webhook: { ...WEBHOOK, sender: value } }],
    ['as the name of a secret', { http: { baseUrl: BASE_URL, auth: { bearer: secret(value) } } }],
    ['as the name of a webhook’s secret', { webhook: { ...WEBHOOK, secrets: [secret(value)] } }],
    ['in the place of a webhook’s secrets', { webhook: { ...WEBHOOK, secrets: { live: value } } }],
  ];

  it.each(places)('%s is not shown by a fault', (_place, payments, environment = {}) => {
    const { parts } = startResilience({ providers: { payments } } as unknown as ResilienceOptions, environment);
    expect(parts.faults).not.toEqual([]);
    expect(JSON.stringify(parts.faults)).not.toContain(value);
  });
});

describe.each(['sk_live_51Hx0aBcDeFgHiJk', 'hunter22', 'https://shop:pw@api.example.com'])('the secret %s', (value) => {
  const places: readonly (readonly [string, unknown])[] = [
    ['of a provider', { [value]: true }],
    ['of a policy', { retry: { [value]: 3 } }],
    ['of http', { http: { baseUrl: BASE_URL, [value]: true } }],
    ['of a credential', { http: { baseUrl: BASE_URL, auth: { [value]: '' } } }],
    ['of a webhook', { webhook: { ...WEBHOOK, [value]: true } }],
    ['of a method', { methods: { charge: { [value]: true } } }],
  ];

  it.each(places)('is not shown by a fault as the name of an option %s', (_place, payments) => {
    const { parts } = startResilience({ providers: { payments } } as unknown as ResilienceOptions);
    expect(parts.faults).toEqual([expect.objectContaining({ message: expect.stringMatching(/^unknown/) })]);
    expect(JSON.stringify(parts.faults)).not.toContain(value);
  });
});

describe('a number as the value of a header', () => {
  it('is not shown by a fault', () => {
    const http = { baseUrl: BASE_URL, headers: { 'X-Api-Key': 918273645546372 } };
    const { parts } = startResilience({ providers: { payments: { http } } } as unknown as ResilienceOptions);
    expect(parts.faults).toEqual([expect.objectContaining({ message: 'a number given; expected text' })]);
  });
});

describe('what can be no secret', () => {
  it.each([
    [{ retry: { attempts: 'five' } }, "'five' given"],
    [{ retry: { atempts2: 5 } }, "did you mean 'attempts'"],
    [{ timeout: { attempt: '2 s' } }, "'2 s' given"],
    [{ http: { baseUrl: '/relative' } }, "'/relative' given"],
    [{ webhook: { ...WEBHOOK, sender: 'strip' } }, "'strip' given"],
    [{ webhook: { ...WEBHOOK, tolerance: '5 minutes' } }, "'5 minutes' given"],
    [{ http: { baseUrl: BASE_URL, auth: { bearer: secret('PAYMENTS_KEY') } } }, 'variable PAYMENTS_KEY'],
  ])('is shown, so that it can be found: %j', (payments, message) => {
    const { parts } = startResilience({ providers: { payments } } as unknown as ResilienceOptions);
    expect(parts.faults.map((fault) => fault.message).join()).toContain(message);
  });
});
