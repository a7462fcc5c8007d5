import { afterEach, describe, expect, it } from '@jest/globals';
import { Dispatcher, fetch as undicisFetch, getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';
import { createProvider, type ProviderOptions, type ResilientProvider } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;
const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const standing = { fetch: globalThis.fetch, dispatcher: getGlobalDispatcher() };

/** A transport that shows nothing on undici's channels, and how often it has sent a request. */
type Transport = (sent: string[]) => void;

/** Takes each request, and loses its connection before it is answered. */
class LosingDispatcher extends Dispatcher {
  constructor(private readonly sent: string[]) {
    super();
  }

  override dispatch({ path }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.sent.push(path);
    setImmediate(() => {
      if (handler.onError !== undefined) handler.onError(reset());
      else handler.onResponseError?.({} as Dispatcher.DispatchController, reset());
    });
    return true;
  }

  override async close(): Promise<void> {}
  override async destroy(): Promise<void> {}
}

const replacedBy =
  (answer: (url: URL) => Response | Promise<never>): Transport =>
  (sent) => {
    globalThis.fetch = async (input) => {
      const url = new URL(input instanceof Request ? input.url : input);
      sent.push(url.pathname);
      return answer(url);
    };
  };

/** Node's own `fetch` asks for the dispatcher of the realm around Jest's. */
function dispatchBy(dispatcher: Dispatcher): void {
  globalThis.fetch = undicisFetch as typeof globalThis.fetch;
  setGlobalDispatcher(dispatcher);
}

const loses = () => Promise.reject(new TypeError('fetch failed', { cause: reset() }));

const TRANSPORTS: [string, Transport, string[]][] = [
  ['a fetch in the place of the global one', replacedBy(loses), ['/charge']],
  ['a dispatcher of the user’s own', (sent) => dispatchBy(new LosingDispatcher(sent)), ['/charge']],
  [
    'a MockAgent of undici',
    (sent) => {
      const agent = new MockAgent();
      agent.disableNetConnect();
      const reply = agent.get('http://api.test').intercept({ path: '/charge', method: 'POST' });
      reply
        .reply(() => {
          sent.push('/charge');
          throw reset();
        })
        .persist();
      dispatchBy(agent);
    },
    ['/charge'],
  ],
  [
    'a fetch that loses it where it is redirected to',
    replacedBy(({ pathname }) => {
      if (pathname === '/moved') return loses();
      return new Response(null, { status: 307, headers: { Location: '/moved' } });
    }),
    ['/charge', '/moved'],
  ],
  [
    'a fetch whose answer leads to where no request can be made',
    replacedBy(({ pathname, port }) => {
      if (pathname === '/moved' && port === '1') throw new TypeError('fetch failed', { cause: new Error('bad port') });
      return new Response(null, { status: 307, headers: { Location: 'http://api.test:1/moved' } });
    }),
    ['/charge', '/moved'],
  ],
];

describe('a request that the wire does not show', () => {
  let provider: ResilientProvider;

  afterEach(() => {
    provider.close();
    globalThis.fetch = standing.fetch;
    setGlobalDispatcher(standing.dispatcher);
  });

  function start(options: ProviderOptions = {}): (path?: string) => Promise<Response> {
    const given = { retry: RETRY, ...options, http: { baseUrl: 'http://api.test', ...options.http } };
    provider = createProvider('payments', given, { trackCalls: true, warn: () => undefined });
    return (path = '/charge') => provider.fetch(path, { method: 'POST', body: '{}' });
  }

  it.each(TRANSPORTS)('may have been done, and is not sent again without a key: over %s', async (_name, set, once) => {
    const sent: string[] = [];
    set(sent);
    const post = start();
    await expect(provider.execute(() => post())).rejects.toThrow('fetch failed');
    expect(sent).toEqual(once);
  });

  it.each(TRANSPORTS.slice(0, 3))('is sent again under a key: over %s', async (_name, set) => {
    const sent: string[] = [];
    set(sent);
    const post = start();
    await outcomeOf(provider.execute(() => post(), { idempotencyKey: 'order-1' }));
    expect(sent).toHaveLength(3);
  });

  it('was not sent where the rate limit has refused it: its call may be repeated', async () => {
    const sent: string[] = [];
    replacedBy(() => new Response('{}'))(sent);
    const post = start({ rateLimit: { limit: 1, per: '1h' }, http: { limitEachRequest: true } });
    await provider.execute(() => post('/first'));
    let runs = 0;
    const work = async () => {
      runs++;
      await outcomeOf(post());
      throw Object.assign(new Error('busy'), { status: 503 });
    };
    await outcomeOf(provider.execute(work));
    expect([runs, sent]).toEqual([3, ['/first']]);
  });
});
