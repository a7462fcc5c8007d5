import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/provider/create-provider.js';
import { recordEvents } from '../src/testing/record-events.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import type { IdempotencyOptions } from '../src/policies/idempotency/idempotency.options.js';

const CHARGE = { operation: 'charge', idempotencyKey: 'order-1' };
const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;

describe('a key that the provider expects in the body', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
  });
  afterEach(() => server.close());

  function providerWith(idempotency: IdempotencyOptions) {
    const http = { baseUrl: server.origin };
    const provider = createProvider('payments', { http, idempotency, retry: RETRY }, { trackCalls: true });
    const events = recordEvents(provider);
    const post = (body: string | URLSearchParams, url = '/charges') =>
      provider.execute(() => provider.fetch(url, { method: 'POST', body }).then((answer) => answer.json()), CHARGE);
    return { provider, events, post };
  }

  it.each([
    ['a field', { body: 'idempotency_key' }, '{"amount":1}', { amount: 1, idempotency_key: 'order-1' }],
    [
      'a GraphQL variable',
      { variable: 'input.apiRequestKey' },
      '{"query":"mutation","variables":{"input":{"amount":1}}}',
      { query: 'mutation', variables: { input: { amount: 1, apiRequestKey: 'order-1' } } },
    ],
  ])(
    'is there in %s, in every attempt, and makes the request repeatable',
    async (_what, idempotency, body, expected) => {
      server.drops();
      const { post, events } = providerWith(idempotency);
      await expect(post(body)).rejects.toThrow('fetch failed');
      expect(server.requests.map((request) => JSON.parse(request.body) as unknown)).toEqual(Array(3).fill(expected));
      expect(server.requests[0]!.headers).not.toHaveProperty('idempotency-key');
      expect(events.types).not.toContain('idempotency.keyNotSent');
    },
  );

  it('is not sent in a body that has no room for it, which is told, and the request goes out once', async () => {
    server.drops();
    const { post, events } = providerWith({ body: 'idempotency_key' });
    await expect(post(new URLSearchParams({ amount: '1' }))).rejects.toThrow('fetch failed');
    expect(server.requests).toHaveLength(1);
    expect(events.ofType('idempotency.keyNotSent')).toMatchObject([{ detail: { method: 'POST', header: '' } }]);
  });

  it('can go in a header as well', async () => {
    const { post } = providerWith({ header: 'X-Key', body: 'key' });
    await post('{}');
    expect(server.requests[0]).toMatchObject({ body: '{"key":"order-1"}', headers: { 'x-key': 'order-1' } });
  });

  it('does not follow a redirect to another origin', async () => {
    const other = new HttpServer();
    await other.listen();
    server.says(307, { location: `${other.origin}/elsewhere` });
    const { post } = providerWith({ body: 'key' });
    await post('{"amount":1}');
    expect(JSON.parse(server.requests[0]!.body)).toEqual({ amount: 1, key: 'order-1' });
    expect(JSON.parse(other.requests[0]!.body)).toEqual({ amount: 1 });
    other.close();
  });
});
