import { once } from 'node:events';
import { connect, createServer, type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { noteTold, watchSessions } from './http2-sessions.js';

const UNHEARD = { created: () => undefined, answered: () => undefined, failed: () => undefined };

describe('the sessions of HTTP/2', () => {
  it('keep what others have put around their requests when Node tells of these by itself', async () => {
    const server = createServer((_, response) => void response.end());
    server.listen(0);
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const session = Object.getPrototypeOf(client) as ClientHttp2Session;
    const { request: before } = session;
    watchSessions(UNHEARD);
    const { request: inner } = session;
    const around: typeof inner = function (this: ClientHttp2Session, ...given) {
      return inner.apply(this, given);
    };
    session.request = around;
    noteTold();
    try {
      await once(client.request({ ':path': '/' }), 'response');
      expect(session.request).toBe(around);
      session.request = inner;
      await once(client.request({ ':path': '/' }), 'response');
      expect(session.request).toBe(before);
    } finally {
      session.request = before;
      client.destroy();
      server.close();
    }
  });
});
