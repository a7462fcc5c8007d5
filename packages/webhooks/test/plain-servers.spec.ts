import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { signWebhook } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';
const STATUS = { true: 204, false: 401 } as const;

describe('without Nest', () => {
  let close: () => void;

  afterEach(() => close());

  async function statuses(url: string): Promise<number[]> {
    const body = Buffer.from('{"id":"evt_1","name":"Zoë"}');
    const genuine = { 'content-type': 'application/json', ...signWebhook('stripe', { body }, SECRET) };
    const send = async (headers: Record<string, string>, bytes: Buffer) =>
      (await fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) })).status;
    return [
      await send(genuine, body),
      await send(genuine, Buffer.from('{"id":"evt_2"}')),
      await send({ 'content-type': 'application/json' }, body),
    ];
  }

  it('a plain Node server verifies what it received', async () => {
    const server: Server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { ok } = verifyWebhook(
          'stripe',
          { headers: request.headersDistinct, body: Buffer.concat(chunks) },
          SECRET,
        );
        response.writeHead(STATUS[`${ok}`]).end();
      });
    });
    close = () => void server.close();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect(await statuses(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toEqual([204, 401, 401]);
  });

  it('a Fastify server verifies the bytes that its parser was told to keep', async () => {
    const server: FastifyInstance = fastify();
    close = () => void server.close();
    server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.post('/', async (request, reply) => {
      const { ok } = verifyWebhook('stripe', { headers: request.headers, body: request.body as Buffer }, SECRET);
      return reply.code(STATUS[`${ok}`]).send();
    });
    expect(await statuses(await server.listen({ port: 0, host: '127.0.0.1' }))).toEqual([204, 401, 401]);
  });
});
