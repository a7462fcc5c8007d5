import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { HttpServer } from '../../testing/http-server.fixture.js';
import type { Call } from '../call.js';
import type { RequestNature } from '../../outcome/request-nature.js';

describe('a POST of which the client knows more than its method', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
    server.drops();
  });
  afterEach(() => server.close());

  /** How often it goes out while the connection is lost each time, and the events that are told. */
  async function sent(nature: RequestNature | undefined, idempotencyKey?: string) {
    const told: string[] = [];
    const options = { retry: { attempts: 3, backoff: { initial: 1 } } };
    const provider = createProvider('catalog', options, { trackCalls: true });
    provider.events.on(({ type }) => void told.push(type));
    const send = async (call: Call) => {
      call.sending('POST', nature);
      return fetch(server.origin, { method: 'POST', body: '{}' });
    };
    await provider.execute(send, idempotencyKey === undefined ? {} : { idempotencyKey }).catch(() => undefined);
    provider.close();
    return { times: server.requests.length, isWarned: told.includes('idempotency.keyNotSent') };
  }

  it.each<[string, RequestNature | undefined, string | undefined, { times: number; isWarned: boolean }]>([
    ['is sent once', undefined, undefined, { times: 1, isWarned: false }],
    ['is sent once without the key of its call', undefined, 'k', { times: 1, isWarned: true }],
    ['is repeated where it changes nothing', { repeatable: true }, undefined, { times: 3, isWarned: false }],
    ['needs no key where it changes nothing', { repeatable: true }, 'k', { times: 3, isWarned: false }],
    ['is repeated where its body carries the key', { carriesKey: true }, 'k', { times: 3, isWarned: false }],
    ['is sent once where there is no key to carry', { carriesKey: true }, undefined, { times: 1, isWarned: false }],
    [
      'is sent once where it is known to change something',
      { repeatable: false },
      undefined,
      { times: 1, isWarned: false },
    ],
  ])('%s', async (_name, nature, key, expected) => {
    expect(await sent(nature, key)).toEqual(expected);
  });

  it('does not make another POST of the same call repeatable', async () => {
    const options = { retry: { attempts: 3, backoff: { initial: 1 } } };
    const provider = createProvider('catalog', options, { trackCalls: true });
    const both = async (call: Call) => {
      call.sending('POST', { repeatable: true });
      await fetch(server.origin, { method: 'POST', body: 'a query' }).catch(() => undefined);
      return fetch(server.origin, { method: 'POST', body: 'a mutation' });
    };
    await expect(provider.execute(both)).rejects.toThrow('fetch failed');
    expect(server.requests.map(({ body }) => body)).toEqual(['a query', 'a mutation']);
  });
});
