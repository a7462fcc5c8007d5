import { createProvider, type Outcome } from '@breakwater/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GraphQLClient } from 'graphql-request';
import { createGraphqlClient } from './create-graphql-client.js';
import { graphqlServer, type GraphqlReply, type GraphqlServer } from '../../../test/graphql-server.fixture.js';

const GRAPHQL_JSON = 'application/graphql-response+json';
const refusal = (code: string, more: object = {}) => ({ message: 'no', extensions: { code }, ...more });
const ofField = { path: ['price'], locations: [{ line: 1, column: 3 }] };
const SHOPIFY_COST = {
  cost: {
    requestedQueryCost: 400,
    actualQueryCost: null,
    throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 200, restoreRate: 50 },
  },
};

/** The answers of the table of GraphQL over HTTP, and what each means to a query and to a mutation. */
const ROWS: readonly [string, GraphqlReply, Partial<Outcome>, Partial<Outcome>?][] = [
  ['a complete answer', { body: { data: { price: 5 } } }, { kind: 'success' }],
  [
    'a request that was refused as a whole, by its body',
    { status: 400, type: GRAPHQL_JSON, body: { errors: [{ message: 'no field', locations: [] }] } },
    { kind: 'permanent' },
  ],
  [
    'a request that failed validation, with 422',
    { status: 422, type: GRAPHQL_JSON, body: { errors: [refusal('GRAPHQL_VALIDATION_FAILED')] } },
    { kind: 'permanent' },
  ],
  ['a mutation by a method that is not allowed, 405', { status: 405, body: 'no' }, { kind: 'permanent', status: 405 }],
  ['a media type that is not known, 415', { status: 415, body: 'no' }, { kind: 'permanent', status: 415 }],
  [
    'a code that says more than the status of the proxy',
    { status: 500, body: { errors: [refusal('THROTTLED')] } },
    { kind: 'throttled' },
  ],
  [
    'a proxy in front of the server, 503 with Retry-After',
    { status: 503, type: 'text/html', headers: { 'retry-after': '7' }, body: '<h1>busy</h1>' },
    { kind: 'transient', retryAfterMs: 7000 },
  ],
  [
    'a proxy that answers JSON with errors of its own',
    { status: 429, headers: { 'retry-after': '2' }, body: { errors: [{ message: 'slow down', locations: [] }] } },
    { kind: 'throttled', retryAfterMs: 2000 },
  ],
  ['a proxy that has no answer, 502', { status: 502, body: 'bad gateway' }, { kind: 'unknown', status: 502 }],
  [
    'a part of the data, with 200',
    { body: { data: { name: 'pen', price: null }, errors: [refusal('INTERNAL_SERVER_ERROR', ofField)] } },
    { kind: 'unknown' },
  ],
  [
    'a part of the data, with 294',
    { status: 294, type: GRAPHQL_JSON, body: { data: { price: null }, errors: [refusal('NOT_FOUND', ofField)] } },
    { kind: 'permanent' },
  ],
  [
    'a field that failed without a code',
    { body: { data: null, errors: [{ message: 'oops', ...ofField }] } },
    { kind: 'unknown' },
  ],
  [
    'Shopify, throttled: as long as the cost needs',
    { body: { errors: [refusal('THROTTLED')], extensions: SHOPIFY_COST } },
    { kind: 'throttled', retryAfterMs: 4000 },
  ],
  [
    'GitHub, throttled: until its reset',
    {
      headers: {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': `${secondsFromNow(60)}`,
      },
      body: { errors: [{ type: 'RATE_LIMITED', message: 'limit', locations: [] }] },
    },
    { kind: 'throttled', retryAfterMs: expect.any(Number) as unknown as number },
  ],
  [
    'monday.com, throttled: the seconds that it says',
    {
      body: {
        errors: [{ message: 'budget', extensions: { code: 'COMPLEXITY_BUDGET_EXHAUSTED', retry_in_seconds: 12 } }],
      },
    },
    { kind: 'throttled', retryAfterMs: 12_000 },
  ],
  [
    'throttled while it was executed: the mutation may be done in part',
    { body: { data: { price: null, name: 'pen' }, errors: [refusal('THROTTLED', ofField)] } },
    { kind: 'throttled' },
    { kind: 'unknown' },
  ],
  ['a credential that is not accepted', { body: { errors: [refusal('UNAUTHENTICATED')] } }, { kind: 'unauthorized' }],
  ['a credential without the right', { body: { errors: [refusal('FORBIDDEN', ofField)] } }, { kind: 'unauthorized' }],
  [
    'another server of ours that refuses',
    {
      body: {
        data: null,
        errors: [{ message: 'open', extensions: { code: 'CIRCUIT_OPEN', http: { status: 503 } }, ...ofField }],
      },
    },
    { kind: 'unknown' },
  ],
  [
    'an error of Nest, by its status',
    { body: { data: null, errors: [{ message: 'no', extensions: { status: 404 }, ...ofField }] } },
    { kind: 'permanent' },
  ],
  [
    'Spring, by its classification',
    { body: { data: null, errors: [{ message: 'no', extensions: { classification: 'NOT_FOUND' }, ...ofField }] } },
    { kind: 'permanent' },
  ],
  ['an unknown code of a field', { body: { data: null, errors: [refusal('ODD', ofField)] } }, { kind: 'unknown' }],
  ['business errors in the data', { body: { data: { userErrors: [{ message: 'no' }] } } }, { kind: 'success' }],
  ['a dropped connection', 'drop', { kind: 'unknown' }],
];

let server: GraphqlServer | undefined;

afterEach(() => server?.close());

describe.each([
  ['our client', 'query', 'query { price }'],
  ['our client', 'mutation', 'mutation { price }'],
  ['graphql-request', 'query', '{ price }'],
  ['graphql-request', 'mutation', 'mutation Buy { price }'],
])('the errors of %s, for a %s', (client, operation, document) => {
  async function outcomeOf(reply: GraphqlReply): Promise<Outcome | undefined> {
    server = await graphqlServer(reply);
    const { url } = server;
    let outcome: Outcome | undefined;
    const classify = (_result: unknown, { standard }: { standard(): Outcome }) => {
      outcome = standard();
      return undefined;
    };
    const provider = createProvider('catalog', { classify, http: { baseUrl: url } }, { trackCalls: true });
    const send =
      client === 'our client'
        ? () => createGraphqlClient(provider).request(document)
        : () => new GraphQLClient(url).request(document);
    await provider.execute(send).catch(() => undefined);
    return outcome;
  }

  it.each(ROWS)('%s', async (_name, reply, ofQuery, ofMutation = ofQuery) => {
    expect(await outcomeOf(reply)).toMatchObject(operation === 'query' ? ofQuery : ofMutation);
  });
});

describe('what is no response of GraphQL', () => {
  it.each([
    ['text with 200', { type: 'text/html', body: '<h1>hello</h1>' }],
    ['broken JSON', { body: '{"data":' }],
    ['JSON of another kind', { body: { hello: 'world' } }],
    ['a list of errors that is empty', { body: { errors: [] } }],
  ])('breaks the contract: %s', async (_name, reply) => {
    server = await graphqlServer(reply);
    const outcomes: Outcome[] = [];
    const classify = (_result: unknown, { standard }: { standard(): Outcome }) => void outcomes.push(standard());
    const provider = createProvider(
      'catalog',
      { classify, http: { baseUrl: server.url }, retry: { backoff: { initial: 1 } } },
      { trackCalls: true },
    );
    const client = createGraphqlClient(provider);
    await expect(provider.execute(() => client.request('{ price }'))).rejects.toThrow(
      'The answer is no GraphQL response',
    );
    expect(outcomes).toEqual([{ kind: 'contract' }]);
  });
});

describe('a returned result with errors, where the call says that it is of GraphQL', () => {
  const graphql = { protocol: 'graphql' } as const;

  it.each([
    ['fetch and JSON', async (url: string) => (await fetch(url, post())).json()],
    [
      'graphql-request',
      (url: string) => new GraphQLClient(url, { errorPolicy: 'all' }).rawRequest('mutation { price }'),
    ],
    [
      'urql, which returns the error beside no data',
      async (url: string) => {
        const { errors } = (await (await fetch(url, post())).json()) as { errors: object[] };
        return { data: undefined, error: Object.assign(new Error('[GraphQL] no'), { graphQLErrors: errors }) };
      },
    ],
  ])('counts as what its errors say: %s', async (_name, send) => {
    server = await graphqlServer({ body: { errors: [refusal('THROTTLED')] } }, { body: { data: { price: 5 } } });
    const { url } = server;
    const retry = { backoff: { initial: 1 } };
    const provider = createProvider('catalog', { retry }, { trackCalls: true });
    await provider.execute(() => send(url), graphql);
    expect(server.seen).toHaveLength(2);
    server.replies = [{ body: { errors: [refusal('THROTTLED')] } }];
    await provider.execute(() => send(url), {});
    expect(server.seen).toHaveLength(3);
  });

  it('opens the circuit, and is returned all the same', async () => {
    server = await graphqlServer({
      body: { data: { price: null }, errors: [refusal('INTERNAL_SERVER_ERROR', ofField)] },
    });
    const { url } = server;
    const provider = createProvider('catalog', { circuitBreaker: { window: { consecutive: 2 } } });
    const read = () => provider.execute(async () => (await fetch(url, post())).json() as Promise<object>, graphql);
    expect(await read()).toMatchObject({ errors: [{ message: 'no' }] });
    await read();
    await expect(read()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
  });

  it('is not cached', async () => {
    const partial = { data: { price: null }, errors: [refusal('INTERNAL_SERVER_ERROR', ofField)] };
    server = await graphqlServer({ body: partial }, { body: { data: { price: 5 } } });
    const { url } = server;
    const provider = createProvider('catalog', { cache: { ttl: '1m' } });
    const read = () =>
      provider.execute(async () => (await fetch(url, post())).json() as Promise<object>, { ...graphql, args: [1] });
    expect(await read()).toMatchObject({ errors: [{}] });
    expect(await read()).toEqual({ data: { price: 5 } });
    expect(await read()).toEqual({ data: { price: 5 } });
    expect(server.seen).toHaveLength(2);
  });
});

function post(): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"mutation { price }"}' };
}

function secondsFromNow(seconds: number): number {
  return Math.ceil(Date.now() / 1000) + seconds;
}
