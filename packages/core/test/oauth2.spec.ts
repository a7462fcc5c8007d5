import { inspect } from 'node:util';
import { startTokenServer, type TokenServer } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider, MemoryStore, type ProviderOptions, type ResilienceEvent, type Store } from '../src/index.js';
import type { OAuth2Options } from '../src/http/oauth2/oauth2.options.js';
import type { CredentialText } from '../src/http/http.options.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { TestClock } from '../src/testing/index.js';

const CLIENT = { clientId: 'shop & co', clientSecret: 'client+secret/with:all=characters' } as const;

describe('an access token of OAuth 2', () => {
  let tokens: TokenServer;
  let api: HttpServer;
  let clock: TestClock;
  const clean: (() => unknown)[] = [];

  beforeEach(async () => {
    clock = new TestClock();
    tokens = await startTokenServer(CLIENT);
    api = new HttpServer();
    await api.listen();
    api.answer = ({ headers }, response) => {
      response.writeHead(tokens.accepts(headers.authorization?.replace('Bearer ', '')) ? 200 : 401).end('{}');
    };
  });
  afterEach(async () => {
    for (const each of clean.splice(0)) await each();
    api.close();
    await tokens.stop();
  });

  function provider(oauth2: Partial<OAuth2Options<CredentialText>> = {}, options: ProviderOptions = {}, store?: Store) {
    const auth = { oauth2: { tokenUrl: `${tokens.url}/token`, ...CLIENT, ...oauth2 } };
    const made = createProvider(
      'crm',
      { http: { baseUrl: api.origin, auth }, ...options },
      { clock, random: () => 0, trackCalls: true, ...(store && { store }) },
    );
    const events: ResilienceEvent[] = [];
    made.events.on((event) => void events.push(event));
    clean.push(() => made.close());
    return { fetch: made.fetch, events, provider: made };
  }

  function shared(): Store {
    return Object.assign(new MemoryStore({ clock }), { shared: true });
  }

  /** Lets what is under way over the network come to its end while the clock stands still. */
  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  it('is asked for once by a thousand requests, with what RFC 6749 §4.4.2 wants', async () => {
    const { fetch } = provider({ scope: ['orders:read', 'orders:write'], parameters: { audience: 'https://crm' } });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => fetch('/contacts')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(tokens.requests).toEqual([
      { grant_type: 'client_credentials', scope: 'orders:read orders:write', audience: 'https://crm' },
    ]);
  });

  it('is asked for with the credential in the body where the server wants that', async () => {
    const { fetch } = provider({ clientAuthentication: 'body' });
    expect((await fetch('/')).status).toBe(200);
    expect(tokens.requests[0]).toMatchObject({ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret });
  });

  it('is replaced in the background before it ends, and no request waits for that', async () => {
    const { fetch, events } = provider();
    const told = (type: string) => events.filter((event) => event.type === type).length;
    await fetch('/');
    await clock.advance('47m');
    await fetch('/');
    expect(tokens.tokens).toHaveLength(1);
    await clock.advance('1m');
    tokens.answerWith({ status: 503 });
    expect((await fetch('/')).status).toBe(200);
    await until(() => told('token.unavailable') === 1);
    tokens.answerWith(undefined);
    await clock.advance('1s');
    expect((await fetch('/')).status).toBe(200);
    await until(() => told('token.refreshed') === 2);
    await fetch('/');
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      ...Array.from({ length: 4 }, () => `Bearer ${tokens.tokens[0]}`),
      `Bearer ${tokens.tokens[1]}`,
    ]);
  });

  it('is not used in the last seconds of its life', async () => {
    const { fetch } = provider();
    await fetch('/');
    await clock.advance(3_595_000);
    await fetch('/');
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(tokens.tokens.map((t) => `Bearer ${t}`));
  });

  it('is replaced once where it is refused, and the request is sent once more, with its body', async () => {
    const { fetch } = provider();
    await fetch('/');
    tokens.revokeAll();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => fetch('/contacts', { method: 'POST', body: `{"n":${n}}` })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(tokens.tokens).toHaveLength(2);
    const bodies = api.requests.filter(({ headers }) => headers.authorization === `Bearer ${tokens.tokens[1]}`);
    expect(new Set(bodies.map(({ body }) => body)).size).toBe(50);
  });

  it('is not asked for again and again by an API that refuses every token', async () => {
    const { fetch } = provider();
    api.says(401);
    for (let i = 0; i < 10; i++) expect((await fetch('/')).status).toBe(401);
    expect(tokens.tokens).toHaveLength(2);
    await clock.advance('5s');
    await fetch('/');
    expect(tokens.tokens).toHaveLength(3);
  });

  it('holds until it is refused where the server does not say how long', async () => {
    await tokens.stop();
    tokens = await startTokenServer({ ...CLIENT, expiresIn: 0 });
    const { fetch } = provider();
    await fetch('/');
    await clock.advance('100h');
    await fetch('/');
    expect(tokens.tokens).toHaveLength(1);
    tokens.revokeAll();
    expect((await fetch('/')).status).toBe(200);
    expect(tokens.tokens).toHaveLength(2);
  });

  it('that is not to be had for now is a request that was not sent: it is retried', async () => {
    const retry = { attempts: 3, backoff: { kind: 'constant', initial: '2s', jitter: 'none' } } as const;
    const { provider: crm, events } = provider({}, { retry });
    tokens.answerWith({ status: 503 });
    const calling = crm.execute(async () => (await crm.fetch('/', { method: 'POST', body: '{}' })).status);
    await until(() => tokens.requests.length === 1);
    tokens.answerWith(undefined);
    await until(() => events.some(({ type }) => type === 'retry.scheduled'));
    await clock.advance('2s');
    expect(await calling).toBe(200);
    expect(api.requests).toHaveLength(1);
    expect(events.find(({ type }) => type === 'token.unavailable')).toMatchObject({
      detail: { reason: 'the token endpoint answered 503', leftMs: 0 },
    });
  });

  it('that the server refuses is an error that says why, once for all that ask within a second', async () => {
    const { fetch, events } = provider({ clientSecret: 'a wrong secret' });
    const errors = await Promise.all(Array.from({ length: 20 }, () => fetch('/').catch((error: unknown) => error)));
    await expect(fetch('/')).rejects.toThrow('crm: no access token: the token endpoint answered 401, invalid_client');
    expect(tokens.requests).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'TOKEN_UNAVAILABLE', provider: 'crm', tokenStatus: 401 });
    const printed = inspect([errors, events], { depth: 10, showHidden: true }) + JSON.stringify([errors, events]);
    expect(printed).not.toContain('a wrong secret');
  });

  it.each([
    ['no JSON', { status: 200, body: 'nothing' }],
    ['no token', { status: 200, body: { token_type: 'bearer' } }],
    ['a token of another kind', { status: 200, body: { access_token: 'abc', token_type: 'mac' } }],
    ['a token with a line break', { status: 200, body: { access_token: 'abc\r\nX: y', token_type: 'bearer' } }],
    ['a redirect', { status: 307, headers: { Location: 'http://127.0.0.1:1/' } }],
  ])('is refused where the answer has %s', async (_, answer) => {
    const { fetch } = provider();
    tokens.answerWith(answer);
    await expect(fetch('/')).rejects.toMatchObject({ code: 'TOKEN_UNAVAILABLE' });
    expect(api.requests).toHaveLength(0);
  });

  it('is not asked for by a request to another host, nor sent to one', async () => {
    const { fetch } = provider();
    const elsewhere = new HttpServer();
    await elsewhere.listen();
    clean.push(() => elsewhere.close());
    await fetch(`${elsewhere.origin}/`);
    expect([tokens.requests.length, elsewhere.requests[0]!.headers.authorization]).toEqual([0, undefined]);
  });

  it('does not count as a request of the call that needs it', async () => {
    const { provider: crm } = provider({}, { retry: { attempts: 2, backoff: { initial: 0 } } });
    const seen = await crm.execute(async (call) => {
      await crm.fetch('/');
      return (call as unknown as { requests: { lastExchange: { origin: string } } }).requests.lastExchange.origin;
    });
    expect(seen).toBe(api.origin);
  });

  describe('in a store that hosts share', () => {
    it('is asked for by one of them', async () => {
      const store = shared();
      const hosts = Array.from({ length: 5 }, () => provider({}, {}, store));
      const sending = Promise.all(hosts.map(({ fetch }) => fetch('/')));
      for (let i = 0; i < 20; i++) {
        await until(() => tokens.tokens.length > 0);
        await clock.advance(100);
      }
      expect((await sending).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      expect(tokens.tokens).toHaveLength(1);
    });

    it('is replaced by one of them where it is refused', async () => {
      const store = shared();
      const [first, second] = [provider({}, {}, store), provider({}, {}, store)];
      await first.fetch('/');
      await second.fetch('/');
      tokens.revokeAll();
      expect([(await first.fetch('/')).status, (await second.fetch('/')).status]).toEqual([200, 200]);
      expect(tokens.tokens).toHaveLength(2);
    });

    it('is encrypted, and of no use to a client with another secret or scope', async () => {
      const store = shared();
      const written: string[] = [];
      const put = store.put.bind(store);
      store.put = (key, value, when) => {
        written.push(key, value);
        return put(key, value, when);
      };
      await provider({}, {}, store).fetch('/');
      await provider({ scope: 'other' }, {}, store).fetch('/');
      expect(tokens.tokens).toHaveLength(2);
      const seen = written.join(' ');
      for (const secret of [...tokens.tokens, CLIENT.clientSecret, CLIENT.clientId]) {
        expect(seen).not.toContain(secret);
        expect(seen).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
      }
    });

    it('is come by without the store while that is down', async () => {
      const store = shared();
      store.get = () => Promise.reject(new Error('down'));
      expect((await provider({}, {}, store).fetch('/')).status).toBe(200);
    });
  });

  it('says at boot what is wrong with its settings, without the secret', () => {
    const wrong = { tokenUrl: 'https://user:pw@auth.example', clientSecret: 7, scop: 'x' };
    expect(() => provider(wrong as never)).toThrow(
      /crm\.http\.auth\.oauth2\.tokenUrl.*token endpoint.*crm\.http\.auth\.oauth2\.clientSecret.*scop/s,
    );
  });
});
