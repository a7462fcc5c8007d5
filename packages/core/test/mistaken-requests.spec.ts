import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider, type OutcomeKind, type ResilientProvider } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;
const stream = () => new ReadableStream({ start: (controller) => controller.close() });

/** Requests that `fetch` cannot make. */
const MISTAKES: [string, () => (RequestInit & { duplex?: 'half' }) | Promise<RequestInit & { duplex?: 'half' }>][] = [
  ['a GET with a body', () => ({ method: 'GET', body: 'x' })],
  ['a method that is none', () => ({ method: 'PO ST' })],
  [
    'a stream that was read',
    async () => {
      const body = stream();
      await new Response(body).text();
      return { method: 'POST', body, duplex: 'half' };
    },
  ],
];

describe('a request that fetch cannot make', () => {
  let server: HttpServer;
  let provider: ResilientProvider;
  let kinds: OutcomeKind[];

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
    kinds = [];
    const options = {
      retry: RETRY,
      circuitBreaker: { window: { consecutive: 1 } },
      http: { baseUrl: server.origin },
      classify: (_result: unknown, { standard }: { standard(): { kind: OutcomeKind } }) =>
        void kinds.push(standard().kind),
    };
    provider = createProvider('payments', options, { trackCalls: true, warn: () => undefined });
  });
  afterEach(() => {
    provider.close();
    server.close();
  });

  it.each(MISTAKES)('blames no provider and is not repeated: %s', async (_name, make) => {
    const init = await make();
    for (const send of [provider.fetch, fetch]) {
      await outcomeOf(provider.execute(() => send(server.origin, init), { idempotencyKey: 'k' }));
    }
    expect(kinds).toEqual(['invalid', 'invalid']);
    expect([provider.circuitBreaker!.state, server.requests]).toEqual(['closed', []]);
  });

  it.each([
    ['aborted', () => AbortSignal.abort()],
    ['timed out', () => AbortSignal.abort(new DOMException('too late', 'TimeoutError'))],
  ])('is one under a signal of its caller that had %s before, as after a wait for its turn', async (_name, make) => {
    const send = () => provider.fetch('/', { method: 'POST', body: 'x', signal: make() });
    await outcomeOf(provider.execute(send, { idempotencyKey: 'k' }));
    expect([kinds, provider.circuitBreaker!.state, server.requests]).toEqual([['invalid'], 'closed', []]);
  });

  it('is none where the provider was asked before, under the same signal', async () => {
    const limit = new AbortController();
    server.answer = () => limit.abort();
    const send = async () => {
      const post = () => provider.fetch('/', { method: 'POST', body: 'x', signal: limit.signal });
      return post().catch(post);
    };
    await outcomeOf(provider.execute(send));
    expect([kinds, provider.circuitBreaker!.state, server.requests.length]).toEqual([['unknown'], 'open', 1]);
  });

  it('is told from one whose connection fails', async () => {
    server.drops();
    await outcomeOf(provider.execute(() => provider.fetch('/', { method: 'POST', body: 'x' })));
    expect([kinds, provider.circuitBreaker!.state, server.requests.length]).toEqual([['unknown'], 'open', 1]);
  });

  it('is told from one to a host that is none of the provider’s, which the wire does not show', async () => {
    server.drops();
    provider.reconfigure({ http: { baseUrl: 'http://payments.test', hosts: ['payments.test'] } });
    const send = () => provider.fetch(server.origin, { method: 'POST', body: 'x' });
    await outcomeOf(provider.execute(send, { idempotencyKey: 'k' }));
    expect(kinds).toEqual(['unknown', 'refused']);
  });
});
