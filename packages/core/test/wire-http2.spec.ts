import { connect, createServer, type ClientHttp2Session, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { H2CClient, request } from 'undici';
import { createProvider, currentCall, type ProviderOptions, type ResilientProvider } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;

describe('what goes over the wire by HTTP/2', () => {
  let server: Http2Server;
  let session: ClientHttp2Session;
  let answer: (stream: ServerHttp2Stream) => void;
  const seen: { method: unknown; key: unknown }[] = [];
  const providers: ResilientProvider[] = [];

  beforeEach(async () => {
    seen.length = 0;
    server = createServer();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      seen.push({ method: headers[':method'], key: headers['idempotency-key'] });
      answer(stream);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    session = connect(origin());
    session.on('error', () => undefined);
  });
  afterEach(() => {
    session.destroy();
    server.close();
    for (const each of providers.splice(0)) each.close();
  });

  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function provider(options: ProviderOptions = {}): ResilientProvider {
    const given = { retry: RETRY, http: { baseUrl: origin() }, ...options };
    const made = createProvider('payments', given, { trackCalls: true, warn: () => undefined });
    providers.push(made);
    return made;
  }

  /** A request whose error says nothing of what happened. */
  const send = (method: string, headers: Record<string, string> = {}) =>
    new Promise<string>((resolve, reject) => {
      const failed = () => reject(new Error('failed'));
      const stream = session.request({ ':method': method, ':path': '/', ...headers });
      let body = '';
      stream
        .on('response', (head) => void (Number(head[':status']) >= 400 && failed()))
        .on('data', (chunk) => (body += String(chunk)))
        .on('end', () => resolve(body))
        .on('error', failed)
        .end();
    });

  it('decides that a POST of unknown outcome goes out once, and a GET again', async () => {
    answer = (stream) => stream.close(2);
    await outcomeOf(provider().execute(() => send('POST')));
    expect(seen.map(({ method }) => method)).toEqual(['POST']);
    await outcomeOf(provider().execute(() => send('GET')));
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'GET']);
  });

  it('decides that one with the call’s key goes out again, also after an await', async () => {
    answer = (stream) => stream.close(2);
    const charge = async () => {
      await sleep(1);
      return send('POST', { 'idempotency-key': currentCall()!.idempotencyKey! });
    };
    await outcomeOf(provider().execute(charge, { idempotencyKey: 'order-1' }));
    expect(seen.map(({ key }) => key)).toEqual(['order-1', 'order-1', 'order-1']);
  });

  it('says that a key is not sent', async () => {
    answer = (stream) => (stream.respond({ ':status': 200 }), stream.end('{}'));
    const payments = provider();
    const events = recordEvents(payments);
    await payments.execute(() => send('POST'), { idempotencyKey: 'order-1' });
    expect(events.ofType('idempotency.keyNotSent').map(({ detail }) => detail)).toEqual([
      { method: 'POST', origin: origin(), header: 'Idempotency-Key' },
    ]);
  });

  it('is read where the error says nothing: a refusal is no failure, and a failure is one', async () => {
    const payments = provider({ circuitBreaker: { window: { consecutive: 1 } } });
    answer = (stream) => (stream.respond({ ':status': 404 }), stream.end());
    await outcomeOf(payments.execute(() => send('POST')));
    expect(payments.circuitBreaker!.state).toBe('closed');
    answer = (stream) => (stream.respond({ ':status': 500 }), stream.end());
    await outcomeOf(payments.execute(() => send('POST')));
    expect([payments.circuitBreaker!.state, seen.length]).toEqual(['open', 2]);
  });

  it('leaves an error that nothing listens for what it is', async () => {
    answer = (stream) => stream.close(2);
    const failure = new Promise<unknown>((resolve) => {
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      // As where it is piped: the only listener is the one of the pipeline.
      stream.once('error', resolve).end();
    });
    expect(await failure).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
  });

  describe('by undici, whose own channels tell of it as well', () => {
    let dispatcher: H2CClient;
    const sendByUndici = async () => {
      const { statusCode, body } = await request(origin(), { method: 'POST', body: '{}', dispatcher });
      await body.text();
      if (statusCode >= 400) throw new Error('failed');
    };

    beforeEach(() => {
      dispatcher = new H2CClient(origin());
    });
    afterEach(() => dispatcher.destroy());

    it('is one request: a POST that was refused goes out again', async () => {
      answer = (stream) => (stream.respond({ ':status': 429, 'retry-after': '0' }), stream.end());
      await outcomeOf(provider().execute(sendByUndici));
      expect(seen).toHaveLength(3);
    });

    it('is told once that its key is not sent', async () => {
      answer = (stream) => (stream.respond({ ':status': 200 }), stream.end('{}'));
      const payments = provider();
      const events = recordEvents(payments);
      await payments.execute(sendByUndici, { idempotencyKey: 'order-1' });
      expect(events.ofType('idempotency.keyNotSent')).toHaveLength(1);
    });

    it('goes out once where its outcome is unknown', async () => {
      answer = (stream) => stream.close(2);
      await outcomeOf(provider().execute(sendByUndici));
      expect(seen).toHaveLength(1);
    });
  });
});
