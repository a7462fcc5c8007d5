import { createServer, constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { createProvider, type Outcome } from '@breakwater/core';
import { credentials, Metadata, status, type ClientOptions, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InventoryClientClass,
  InventoryServer,
  type InventoryClient,
  type Reply,
} from '../../../test/grpc/inventory-server.fixture.js';
import { grpcStatusDetails } from '../../filters/grpc-status-details.js';
import { grpcClientOptions } from './grpc-client-options.js';

const closing: (() => void)[] = [];
let server: InventoryServer;

beforeEach(async () => {
  server = await new InventoryServer().listen();
  closing.push(() => server.close());
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function clientOf(url: string, options: ClientOptions = {}): InventoryClient {
  const all = { ...grpcClientOptions('inventory'), ...options };
  const client = new InventoryClientClass(url, credentials.createInsecure(), all) as unknown as InventoryClient;
  closing.push(() => client.close());
  return client;
}

/** The outcome of one call, and its error. */
async function outcomeOf(
  client: InventoryClient,
  item: object = { sku: 'pen' },
): Promise<Outcome & { error: ServiceError }> {
  let outcome: Outcome | undefined;
  const classify = (_result: unknown, { standard }: { standard(): Outcome }) => {
    outcome = standard();
    return undefined;
  };
  const provider = createProvider('inventory', { classify }, { trackCalls: true });
  closing.push(() => provider.close());
  const reserve = () =>
    new Promise<unknown>((resolve, reject) => {
      client.reserve(item as { sku: string }, (error, stock) => (error === null ? resolve(stock) : reject(error)));
    });
  const error = await provider.execute(reserve).then(
    () => undefined,
    (thrown: unknown) => thrown as ServiceError,
  );
  return { ...outcome!, error: error! };
}

function trailers(entries: Readonly<Record<string, string | Buffer>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}

const retryInfo = grpcStatusDetails({ code: 8, message: 'busy', reason: 'BUSY', provider: 'p', retryAfterMs: 7250 });
/** A `google.rpc.Status` with a `QuotaFailure` and nothing else. */
const QUOTA_TYPE = Buffer.from('type.googleapis.com/google.rpc.QuotaFailure');
const quotaFailure = Buffer.concat([Buffer.from([0x1a, QUOTA_TYPE.length + 2, 0x0a, QUOTA_TYPE.length]), QUOTA_TYPE]);

describe('a status of a server of gRPC, as its client raises it', () => {
  it.each<[string, Reply, Partial<Outcome>]>([
    ['CANCELLED of the server', { code: 1 }, { kind: 'unknown' }],
    ['UNKNOWN', { code: 2 }, { kind: 'unknown' }],
    ['INVALID_ARGUMENT', { code: 3 }, { kind: 'permanent' }],
    ['DEADLINE_EXCEEDED of the server', { code: 4 }, { kind: 'unknown' }],
    ['NOT_FOUND', { code: 5 }, { kind: 'permanent' }],
    ['ALREADY_EXISTS', { code: 6 }, { kind: 'permanent' }],
    ['PERMISSION_DENIED', { code: 7 }, { kind: 'unauthorized' }],
    ['RESOURCE_EXHAUSTED', { code: 8 }, { kind: 'throttled' }],
    [
      'RESOURCE_EXHAUSTED with RetryInfo',
      { code: 8, metadata: trailers({ 'grpc-status-details-bin': retryInfo }) },
      { kind: 'throttled', retryAfterMs: 7250 },
    ],
    [
      'RESOURCE_EXHAUSTED with pushback',
      { code: 8, metadata: trailers({ 'grpc-retry-pushback-ms': '40' }) },
      { kind: 'throttled', retryAfterMs: 40, pushback: 'exact' },
    ],
    [
      'RESOURCE_EXHAUSTED that forbids another attempt',
      { code: 8, metadata: trailers({ 'grpc-retry-pushback-ms': '-1' }) },
      { kind: 'throttled', pushback: 'never' },
    ],
    ['FAILED_PRECONDITION', { code: 9 }, { kind: 'permanent' }],
    ['ABORTED', { code: 10 }, { kind: 'transient' }],
    ['OUT_OF_RANGE', { code: 11 }, { kind: 'permanent' }],
    ['UNIMPLEMENTED', { code: 12 }, { kind: 'permanent' }],
    ['INTERNAL', { code: 13 }, { kind: 'unknown' }],
    ['UNAVAILABLE', { code: 14, details: 'draining' }, { kind: 'unknown' }],
    [
      'UNAVAILABLE that names the time of another attempt',
      { code: 14, metadata: trailers({ 'grpc-status-details-bin': retryInfo }) },
      { kind: 'transient', retryAfterMs: 7250 },
    ],
    ['DATA_LOSS', { code: 15 }, { kind: 'unknown' }],
    ['UNAUTHENTICATED', { code: 16 }, { kind: 'unauthorized' }],
    ['an unknown code', { code: 77 }, { kind: 'unknown' }],
  ])('%s', async (_name, reply, expected) => {
    server.replies = [reply];
    const outcome = await outcomeOf(clientOf(server.url));
    expect(outcome.error.code).toBe((reply as { code: number }).code);
    expect(outcome).toMatchObject({ ...expected, repeatable: false });
  });

  it('with a spent quota that names no time is not waited for', async () => {
    server.replies = [{ code: 8, metadata: trailers({ 'grpc-status-details-bin': quotaFailure }) }];
    expect(await outcomeOf(clientOf(server.url))).toMatchObject({ kind: 'throttled', pushback: 'never' });
  });
});

describe('an error that the client of gRPC raises itself', () => {
  it('where nothing listens: not sent', async () => {
    const { port } = server;
    server.close();
    expect(await outcomeOf(clientOf(`127.0.0.1:${port}`))).toMatchObject({ kind: 'not-sent' });
  });

  it('where the name leads nowhere: not sent', async () => {
    const outcome = await outcomeOf(clientOf('dns:///nowhere.invalid:1'));
    expect(outcome).toMatchObject({ kind: 'not-sent', error: { details: expect.stringMatching(/resolution/i) } });
  });

  it('where the server is killed in the middle: unknown', async () => {
    server.replies = ['hang'];
    const calling = outcomeOf(clientOf(server.url));
    while (server.seen.length === 0) await new Promise(setImmediate);
    server.close();
    expect(await calling).toMatchObject({ kind: 'unknown' });
  });

  it('where the connection is reset in the middle: unknown', async () => {
    const url = await resettingProxy(server.url);
    server.replies = ['hang'];
    expect(await outcomeOf(clientOf(url))).toMatchObject({ kind: 'unknown', error: { code: status.UNAVAILABLE } });
  });

  it.each<[string, number, Partial<Outcome>]>([
    ['REFUSED_STREAM: not sent', constants.NGHTTP2_REFUSED_STREAM, { kind: 'not-sent' }],
    ['INTERNAL_ERROR: unknown', constants.NGHTTP2_INTERNAL_ERROR, { kind: 'unknown' }],
    ['CANCEL: unknown', constants.NGHTTP2_CANCEL, { kind: 'unknown' }],
    ['ENHANCE_YOUR_CALM: unknown', constants.NGHTTP2_ENHANCE_YOUR_CALM, { kind: 'unknown' }],
    ['PROTOCOL_ERROR: unknown', constants.NGHTTP2_PROTOCOL_ERROR, { kind: 'unknown' }],
  ])('where the stream is reset with %s', async (_name, code, expected) => {
    const url = await http2Server((stream) => stream.close(code));
    expect(await outcomeOf(clientOf(url))).toMatchObject(expected);
  });

  it.each<[number, Partial<Outcome>]>([
    [401, { kind: 'unauthorized', status: 401 }],
    [404, { kind: 'permanent', status: 404 }],
    [429, { kind: 'throttled', status: 429 }],
    [502, { kind: 'unknown', status: 502 }],
    [503, { kind: 'unknown', status: 503 }],
  ])('where a proxy that knows no gRPC answers %i', async (code, expected) => {
    const url = await http2Server((stream) => {
      stream.respond({ ':status': code, 'content-type': 'text/plain' });
      stream.end('no');
    });
    expect(await outcomeOf(clientOf(url))).toMatchObject({ ...expected, repeatable: false });
  });

  it('where its own deadline passes: unknown', async () => {
    server.replies = ['hang'];
    const client = clientOf(server.url, {
      interceptors: [],
      'grpc.service_config': JSON.stringify({
        loadBalancingConfig: [],
        methodConfig: [{ name: [{}], timeout: '0.05s' }],
      }),
    });
    expect(await outcomeOf(client)).toMatchObject({ kind: 'unknown', error: { code: status.DEADLINE_EXCEEDED } });
  });

  it('where an answer is too large: a broken contract', async () => {
    const outcome = await outcomeOf(clientOf(server.url, { 'grpc.max_receive_message_length': 1 }));
    expect(outcome).toMatchObject({ kind: 'contract', error: { code: status.RESOURCE_EXHAUSTED } });
  });

  it('where a request is too large: nothing was sent', async () => {
    const outcome = await outcomeOf(clientOf(server.url, { 'grpc.max_send_message_length': 1 }));
    expect(outcome).toMatchObject({ kind: 'invalid', error: { code: status.RESOURCE_EXHAUSTED } });
    expect(server.seen).toHaveLength(0);
  });

  it('where a request cannot be written: nothing was sent', async () => {
    const outcome = await outcomeOf(clientOf(server.url), 5 as unknown as object);
    expect(outcome).toMatchObject({ kind: 'invalid', error: { code: status.INTERNAL } });
    expect(server.seen).toHaveLength(0);
  });

  it('where an answer cannot be read: a broken contract', async () => {
    const url = await http2Server((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 0x10, 0x80]));
    });
    expect(await outcomeOf(clientOf(url))).toMatchObject({ kind: 'contract', error: { code: status.INTERNAL } });
  });
});

/** A server of HTTP/2 that knows no gRPC. */
async function http2Server(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const http2: Http2Server = createServer();
  http2.on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream);
  });
  http2.on('session', (session) => closing.push(() => session.destroy()));
  return listening(http2);
}

/** Passes everything on to a server, and resets the connection once a call has arrived there. */
async function resettingProxy(url: string): Promise<string> {
  const { connect } = await import('node:net');
  const sockets = new Set<Socket>();
  const proxy: TcpServer = createTcpServer((socket) => {
    const onward = connect(Number(url.split(':')[1]), '127.0.0.1');
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => undefined);
    }
    socket.pipe(onward).pipe(socket);
    const reset = () => (server.seen.length === 0 ? setImmediate(reset) : socket.resetAndDestroy());
    reset();
  });
  closing.push(() => sockets.forEach((socket) => socket.destroy()));
  return listening(proxy);
}

async function listening(listener: Http2Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  closing.push(() => listener.close());
  return `127.0.0.1:${(listener.address() as AddressInfo).port}`;
}
