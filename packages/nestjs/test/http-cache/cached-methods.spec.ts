import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CachingClients, CLIENTS } from './caching-clients.fixture.js';

describe.each(CLIENTS)('a cached method over the HTTP cache of %s', (client) => {
  let clients: CachingClients;

  beforeEach(async () => {
    clients = new CachingClients();
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  it('keeps no answer that a user’s own credential has got, also where nothing is sent', async () => {
    const { ask, provider } = await clients.start(client, { options: { cache: { ttl: '1m' } } });
    clients.server.answer = ({ headers: { authorization } }, response) =>
      response.writeHead(200, { 'cache-control': 'max-age=60' }).end(`for ${authorization}`);
    const askAs = (user: string) => ask({ headers: { Authorization: user } });
    for (const user of ['ann', 'bob']) await askAs(user);
    for (const user of ['ann', 'bob', 'ann']) {
      const given = await provider.execute(() => askAs(user), { args: ['same'], operation: 'find' });
      expect(given.text).toBe(`for ${user}`);
    }
    expect(clients.server.requests).toHaveLength(2);
  });

  it('keeps an answer that no credential was sent for', async () => {
    const { ask, provider } = await clients.start(client, { options: { cache: { ttl: '1m' } } });
    clients.server.gives({ 'cache-control': 'no-store' });
    const find = () => provider.execute(() => ask(), { args: ['same'], operation: 'find' });
    expect(await find()).toEqual(await find());
    expect(clients.server.requests).toHaveLength(1);
  });
});
