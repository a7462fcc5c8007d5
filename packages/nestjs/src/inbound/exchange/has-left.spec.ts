import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { holdAnswer } from './hold-answer.js';
import { hasLeft } from './has-left.js';

interface Asked {
  readonly leave: () => void;
}

/** Sends a request that nothing answers, over a connection that lasts until the client leaves. */
const ASKED: Readonly<Record<string, (port: number) => Asked>> = {
  'HTTP/1': (port) => {
    const request = get({ port }).on('error', () => undefined);
    return { leave: () => request.destroy() };
  },
  'HTTP/2': (port) => {
    const session = connect(`http://localhost:${port}`).on('error', () => undefined);
    const stream = session.request({ ':path': '/' }).on('error', () => undefined);
    return { leave: () => (stream.close(8), session.close()) };
  },
};

describe('a client that has left', () => {
  let server: Server;
  afterEach(() => void server.close());

  async function ask(version: string): Promise<Asked & { readonly response: ServerResponse }> {
    server = version === 'HTTP/1' ? createServer() : (createHttp2Server() as unknown as Server);
    server.listen(0);
    await once(server, 'listening');
    const asked = once(server, 'request');
    const { leave } = ASKED[version]!((server.address() as AddressInfo).port);
    const [, response] = (await asked) as [unknown, ServerResponse];
    return { leave, response };
  }

  it.each(['HTTP/1', 'HTTP/2'])('is seen over %s, also by what begins to watch afterwards', async (version) => {
    const { leave, response } = await ask(version);
    expect(hasLeft(response)).toBe(false);
    const left = once(response, 'close');
    leave();
    await left;
    expect(hasLeft(response)).toBe(true);
    const told: (number | undefined)[] = [];
    const hungUp = (status: number | undefined) => void told.push(status);
    holdAnswer({ response, rawResponse: response }, { longestBody: 1, settle: async () => undefined, hungUp });
    expect(told).toEqual([undefined]);
  });
});
