import { inspect } from 'node:util';
import {
  createProvider,
  currentCall,
  type Clock,
  type ProviderOptions,
  type ResilientProvider,
} from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createGraphqlClient } from './create-graphql-client.js';
import type { GraphqlDocument } from './graphql-document.js';
import { GraphqlError, isGraphqlError } from './graphql-error.js';
import { graphqlServer, type GraphqlReply, type GraphqlServer } from '../../../test/graphql-server.fixture.js';

const QUERY = 'query Price($sku: ID!) { product(sku: $sku) { name price } }';
const MUTATION = 'mutation Reserve($sku: ID!, $key: ID) { reserve(sku: $sku, key: $key) { id } }';
const lost = { body: { data: null, errors: [{ message: 'oops', path: ['product'] }] } };
const good = { body: { data: { product: { name: 'pen', price: 5 } } } };

/** As code generators make them. */
class TypedDocumentString extends String {}

let server: GraphqlServer | undefined;
let opened: ResilientProvider | undefined;

afterEach(() => {
  opened?.close();
  server?.close();
});

async function start(replies: GraphqlReply[], options: ProviderOptions = {}, time: { clock?: Clock } = {}) {
  server = await graphqlServer(...replies);
  const settings = { retry: { attempts: 3, backoff: { initial: 1 } }, http: { baseUrl: server.url }, ...options };
  const warnings: string[] = [];
  const provider = createProvider('catalog', settings, { trackCalls: true, ...time });
  opened = provider;
  provider.events.on(({ type }) => void warnings.push(type));
  return { provider, client: createGraphqlClient(provider), server, warnings };
}

describe('what a GraphQL client repeats', () => {
  it.each<[string, GraphqlReply, number]>([
    ['a field that failed', lost, 2],
    ['a dropped connection', 'drop', 2],
    ['an answer of a proxy that has none', { status: 502, body: 'bad gateway' }, 2],
    ['one too many', { body: { errors: [{ message: 'no', extensions: { code: 'THROTTLED' } }] } }, 2],
    ['one that is wrong', { body: { errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }] } }, 1],
  ])('a query, although it is a POST: %s', async (_name, reply, times) => {
    const { provider, client, server } = await start([reply, good]);
    await provider.execute(() => client.request(QUERY, { sku: 'pen' })).catch(() => undefined);
    expect(server.seen).toHaveLength(times);
  });

  it.each<[string, GraphqlReply, number]>([
    ['not after a field that failed', lost, 1],
    ['not after a dropped connection', 'drop', 1],
    ['not after an answer of a proxy that has none', { status: 502, body: 'bad gateway' }, 1],
    [
      'where nothing of it ran',
      { body: { errors: [{ message: 'no', extensions: { code: 'THROTTLED', retryAfterMs: 1 } }] } },
      2,
    ],
    [
      'not where a part of it may have run',
      {
        body: {
          data: { first: { id: 1 }, second: null },
          errors: [{ message: 'no', path: ['second'], extensions: { code: 'THROTTLED' } }],
        },
      },
      1,
    ],
  ])('a mutation without a key: %s', async (_name, reply, times) => {
    const { provider, client, server } = await start([reply, { body: { data: { reserve: { id: 1 } } } }]);
    await provider.execute(() => client.request(MUTATION, { sku: 'pen' })).catch(() => undefined);
    expect(server.seen).toHaveLength(times);
  });

  it('a mutation with the key of the call, in its header', async () => {
    const { provider, client, server, warnings } = await start(['drop', { body: { data: { reserve: { id: 1 } } } }]);
    const reserve = () => client.request<{ reserve: { id: number } }>(MUTATION, { sku: 'pen' });
    await expect(provider.execute(reserve, { idempotencyKey: 'order-1' })).resolves.toEqual({ reserve: { id: 1 } });
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['order-1', 'order-1']);
    expect(warnings).not.toContain('idempotency.keyNotSent');
  });

  it('a mutation with the key of the call among its variables, to a server that takes no header', async () => {
    const { provider, server, warnings } = await start(['drop', { body: { data: { reserve: { id: 1 } } } }], {
      http: { baseUrl: 'http://127.0.0.1:1' },
    });
    // Another origin than the `baseUrl`: no header goes there.
    const elsewhere = createGraphqlClient(provider, server.url);
    const reserve = () => elsewhere.request(MUTATION, { sku: 'pen', input: { key: currentCall()!.idempotencyKey } });
    await provider.execute(reserve, { idempotencyKey: 'order-1' });
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);
    expect(warnings).not.toContain('idempotency.keyNotSent');
  });

  it('not a query after which a mutation was sent', async () => {
    const { provider, client, server } = await start([{ body: { data: { reserve: { id: 1 } } } }, lost]);
    const both = async () => {
      await client.request(MUTATION, { sku: 'pen' });
      return client.request(QUERY, { sku: 'pen' });
    };
    await expect(provider.execute(both)).rejects.toThrow('GraphQL: oops');
    expect(server.seen).toHaveLength(2);
  });

  it('a query without the key of the call, which is for a mutation of the same call', async () => {
    const { provider, client, server, warnings } = await start([good, { body: { data: { reserve: { id: 1 } } } }]);
    const both = async () => {
      await client.request(QUERY, { sku: 'pen' });
      return client.request(MUTATION, { sku: 'pen' });
    };
    await provider.execute(both, { idempotencyKey: 'order-1' });
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, 'order-1']);
    expect(warnings).not.toContain('idempotency.keyNotSent');
  });

  it.each([
    ['several operations, of which nothing says which runs', 'query A { a } mutation B { b }'],
    ['a document that cannot be parsed', 'query {'],
  ])('not %s', async (_name, document) => {
    const { provider, client, server } = await start([lost]);
    await expect(provider.execute(() => client.request(document))).rejects.toThrow('GraphQL: oops');
    expect(server.seen).toHaveLength(1);
  });

  it('no subscription: it is refused before anything is sent', async () => {
    const { provider, client, server } = await start([good]);
    await expect(provider.execute(() => client.request('subscription { price }'))).rejects.toThrow(TypeError);
    expect(server.seen).toHaveLength(0);
  });
});

describe('the answers of a GraphQL client', () => {
  const partial = {
    body: {
      data: { product: { name: 'pen', price: null } },
      errors: [{ message: 'no price', path: ['product', 'price'], extensions: { code: 'NOT_FOUND', sku: 'pen' } }],
      extensions: { cost: 1 },
    },
  };

  it('are the part that came, with typed errors', async () => {
    const { client } = await start([partial]);
    const { data, errors, extensions } = await client.partial<{ product: { name: string } }>(QUERY, { sku: 'pen' });
    expect(data.product.name).toBe('pen');
    expect(errors.map(({ path, extensions: more }) => [path, more?.code])).toEqual([
      [['product', 'price'], 'NOT_FOUND'],
    ]);
    expect(extensions).toEqual({ cost: 1 });
  });

  it('are an error with the part that came, where all of it was wanted', async () => {
    const { client } = await start([partial]);
    const error: unknown = await client.request(QUERY, { sku: 'pen' }).catch((thrown: unknown) => thrown);
    expect(isGraphqlError(error)).toBe(true);
    const { code, status, data, message } = error as GraphqlError;
    expect({ code, status, data, message }).toEqual({
      code: 'NOT_FOUND',
      status: 200,
      data: { product: { name: 'pen', price: null } },
      message: 'GraphQL: no price (NOT_FOUND)',
    });
    expect((error as GraphqlError).has('NOT_FOUND')).toBe(true);
    expect((error as GraphqlError).has('FORBIDDEN')).toBe(false);
  });

  it('print neither variables nor data nor headers', async () => {
    const { provider, client } = await start([{ ...partial, headers: { 'set-cookie': 'session=hunter2' } }]);
    const error: unknown = await provider
      .execute(() => client.request(QUERY, { sku: 'private-sku' }))
      .catch((thrown: unknown) => thrown);
    for (const printed of [inspect(error, { depth: 10 }), JSON.stringify(error), String((error as Error).stack)]) {
      expect(printed).not.toMatch(/hunter2|private-sku|"name":"pen"|name: 'pen'/);
    }
  });

  it('may lack everything but a status', async () => {
    const { client } = await start([{ status: 502, body: 'bad gateway' }]);
    await expect(client.request(QUERY, { sku: 'pen' })).rejects.toMatchObject({
      message: 'GraphQL: HTTP 502',
      status: 502,
      errors: [],
    });
  });

  it('have the types of their document', async () => {
    const document = parse(QUERY) as unknown as GraphqlDocument<{ product: { price: number } }, { sku: string }>;
    const { client, server } = await start([good]);
    const { product } = await client.request(document, { sku: 'pen' });
    expect(product.price).toBe(5);
    expect(server.seen[0]).toMatchObject({ variables: { sku: 'pen' } });
    expect(server.seen[0]!.query).toContain('query Price($sku: ID!)');
    // @ts-expect-error a variable is missing
    await client.request(document);
    // @ts-expect-error a variable of another type
    await client.request(document, { sku: 5 });
    const text = new TypedDocumentString(QUERY) as GraphqlDocument<{ product: { price: number } }, { sku: string }>;
    expect((await client.request(text, { sku: 'pen' })).product.price).toBe(5);
    const none = '{ shop }' as GraphqlDocument<{ shop: string }, { [key: string]: never }>;
    await client.request(none);
  });
});

describe('a GraphQL request', () => {
  it('carries the credential, the headers of the provider and its own', async () => {
    const { provider, server } = await start([good], {});
    const http = {
      baseUrl: server.url.replace('/graphql', ''),
      auth: { bearer: 'key' },
      headers: { 'x-version': '2' },
    };
    provider.reconfigure({ http });
    const client = createGraphqlClient(provider, '/admin/graphql.json');
    await client.request(QUERY, { sku: 'pen' }, { headers: { 'x-tenant': 'acme' } });
    const { url, headers } = server.seen[0]!;
    expect(url).toBe('/admin/graphql.json');
    expect(headers).toMatchObject({ authorization: 'Bearer key', 'x-version': '2', 'x-tenant': 'acme' });
  });

  it('ends with its call, and with a signal of its own', async () => {
    const { provider, client } = await start([good]);
    const ended = new AbortController();
    ended.abort(new Error('enough'));
    await expect(
      provider.execute(() => client.request(QUERY, { sku: 'pen' }, { signal: ended.signal })),
    ).rejects.toThrow('enough');
    await expect(
      provider.execute(() => client.request(QUERY, { sku: 'pen' }), { signal: ended.signal }),
    ).rejects.toThrow('enough');
  });

  it('draws the points that its body says from the limit of a provider that counts them', async () => {
    const throttleStatus = { maximumAvailable: 1000, currentlyAvailable: 954, restoreRate: 50 };
    const extensions = { cost: { requestedQueryCost: 101, actualQueryCost: 46, throttleStatus } };
    const rateLimit = { bucket: 1000, refill: 50, per: '1s', cost: 101, profile: 'shopify-graphql' } as const;
    // Nothing is refilled while the answer is under way.
    const clock = new TestClock();
    const { provider, client } = await start([{ body: { ...good.body, extensions } }], { rateLimit }, { clock });
    await provider.execute(() => client.request(QUERY, { sku: 'pen' }));
    expect(Math.round(provider.rateLimit!.snapshot().quotas[0]!.used)).toBe(46);
  });

  it('closes the gate for all once its body says that it is throttled', async () => {
    const throttleStatus = { maximumAvailable: 1000, currentlyAvailable: 0, restoreRate: 50 };
    const extensions = { cost: { requestedQueryCost: 100, actualQueryCost: null, throttleStatus } };
    const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }];
    const { provider, client, server } = await start([{ body: { errors, extensions } }], {
      retry: { attempts: 1 },
      rateLimit: { bucket: 1000, refill: 50, per: '1s', profile: 'shopify-graphql' },
    });
    await expect(provider.execute(() => client.request(QUERY, { sku: 'pen' }))).rejects.toThrow('Throttled');
    await expect(provider.execute(() => client.request(QUERY, { sku: 'pen' }))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    expect(server.seen).toHaveLength(1);
  });
});
