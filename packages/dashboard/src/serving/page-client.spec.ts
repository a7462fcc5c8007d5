import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { PageClient } from './page-client.js';

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A page that reads only when it is told to, and the response that is written to it. */
async function slowPage() {
  let response!: ServerResponse;
  const opened = new Promise<void>((resolve) => {
    server = createServer((_, answer) => {
      response = answer;
      answer.flushHeaders();
      resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const chunks: Buffer[] = [];
  const incoming = new Promise<IncomingMessage>((resolve) => request({ port, host: '127.0.0.1' }, resolve).end());
  await opened;
  const read = await incoming;
  return {
    response,
    text: () => Buffer.concat(chunks).toString(),
    read: () => read.on('data', (chunk: Buffer) => chunks.push(chunk)),
  };
}

describe('a page that is slow', () => {
  it('has one message waiting for it at most, however long it takes nothing, and then gets everything', async () => {
    const { response, text, read } = await slowPage();
    let asked = 0;
    const client = new PageClient(response, () => `everything ${++asked}\n`);
    const message = Buffer.alloc(100_000, 'x');
    // The kernel's own buffers fill first: then nothing is taken any more, however many turns go by.
    for (let turn = 0, stuck = 0; stuck < 200 && turn < 20_000; turn++) {
      client.send(message, turn);
      await setImmediate();
      stuck = client.stuckSince === undefined ? 0 : stuck + 1;
    }
    const before = asked;
    const waiting = response.writableLength;
    expect(waiting).toBeLessThan(200_000);
    for (let second = 0; second < 5000; second++) client.send(message, second);
    expect({ asked, waiting: response.writableLength }).toEqual({ asked: before, waiting });
    read();
    const everything = `everything ${before + 1}`;
    while (!text().includes(everything)) await setImmediate();
    expect(text()).toContain(everything);
    client.send('next\n', 6000);
    while (!text().includes('next')) await setImmediate();
    expect(text()).toContain('next');
    expect(client.stuckSince).toBeUndefined();
  });

  it('is let go, and takes nothing with it, where what it has missed cannot be written', async () => {
    const { response, read } = await slowPage();
    const client = new PageClient(response, () => {
      throw new RangeError('a snapshot');
    });
    const message = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 50; i++) client.send(message, i);
    expect(client.stuckSince).toBeDefined();
    read().on('error', () => undefined);
    while (!response.destroyed) await setImmediate();
    expect(response.destroyed).toBe(true);
  });
});
