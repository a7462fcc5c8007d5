import { get as httpGet, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request as undiciRequest } from 'undici';
import { createProvider } from '../src/index.js';
import { outcomeOf, turn } from '../src/testing/calls.fixture.js';
import { deferred } from '../src/testing/deferred.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

/** Clients that are not told of the call's signal: their work goes on when the call has ended. */
const CLIENTS: [string, (url: string) => Promise<unknown>][] = [
  ['fetch', (url) => fetch(url)],
  ['fetch, thrown by a client above it', async (url) => failed({ response: await fetch(url) })],
  ['undici', (url) => undiciRequest(url)],
  ['node:http', (url) => new Promise<IncomingMessage>((resolve) => httpGet(url, resolve))],
  [
    'a stream as axios returns it',
    async (url) => {
      const response = await new Promise<IncomingMessage>((resolve) => httpGet(url, resolve));
      return { status: 200, headers: response.headers, data: response, config: {} };
    },
  ],
];

function failed(fields: object): never {
  throw Object.assign(new Error('failed'), fields);
}

describe.each(CLIENTS)('an answer that comes when its call has ended, through %s', (_name, send) => {
  let server: HttpServer;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
  });
  afterEach(() => server.close());

  it.each(['a timeout', 'its caller'])(
    'is cancelled, so that no connection waits for its reader: ended by %s',
    async (by) => {
      const asked = deferred<() => void>();
      const closed = deferred<void>();
      server.answer = (_request, response) => {
        response.on('close', () => closed.resolve());
        // More than the buffers on the way take: it stays unfinished for as long as it is not read.
        asked.resolve(() => void Readable.from(Array.from({ length: 256 }, () => Buffer.alloc(65_536))).pipe(response));
      };
      const clock = new TestClock();
      const provider = createProvider('slow', { timeout: { attempt: '1s' } }, { clock });
      const caller = new AbortController();
      const call = outcomeOf(provider.execute(() => send(server.origin), { signal: caller.signal }));
      const answer = await asked.promise;
      if (by === 'a timeout') await clock.advance('2s');
      else caller.abort(new Error('left'));
      expect(await call).toHaveProperty('error');
      answer();
      await closed.promise;
    },
  );
});

describe('a late result that is no answer', () => {
  it.each([
    ['a stream that others may use', (stream: Readable) => stream],
    ['an object that holds one', (stream: Readable) => ({ body: stream })],
  ])('is left alone: %s', async (_name, holding) => {
    const clock = new TestClock();
    const provider = createProvider('slow', { timeout: { attempt: '1s' } }, { clock });
    const work = deferred<unknown>();
    const call = outcomeOf(provider.execute(() => work.promise));
    await clock.advance('2s');
    expect(await call).toMatchObject({ error: { code: 'TIMEOUT' } });
    const stream = Readable.from(['still ', 'there']);
    work.resolve(holding(stream));
    await turn();
    expect(await text(stream)).toBe('still there');
  });
});
