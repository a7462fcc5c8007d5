import { afterEach, describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, constants, type ClientHttp2Session, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { setImmediate } from 'node:timers/promises';
import type { DashboardAction } from '../dashboard.options.js';
import { startShop, type Shop, type ShopOptions } from '../shop.fixture.js';
import { DashboardService } from './dashboard.service.js';
import { PageClient } from './page-client.js';

let shops: Shop[] = [];
let sessions: ClientHttp2Session[] = [];

async function shop(options: ShopOptions = {}) {
  const started = await startShop(options);
  shops.push(started);
  return { ...started, broadcaster: started.app.get(DashboardService).broadcaster };
}

afterEach(async () => {
  for (const session of sessions) session.destroy();
  for (const { app } of shops) await app.close();
  [shops, sessions] = [[], []];
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** A connection that tells nothing of its end. */
function connection(takes: boolean) {
  const ended: string[] = [];
  const response = Object.assign(new EventEmitter(), { write: () => takes, destroy: () => void ended.push('ended') });
  return { client: new PageClient(response as unknown as ServerResponse, () => ''), ended };
}

describe('a page that leaves', () => {
  it.each(['read', 'queue.replay'] as const)(
    'over HTTP/2, while authorize thinks about %s, takes no place of another',
    async (slow) => {
      const thinking: (() => void)[] = [];
      const authorize = (_: unknown, action: DashboardAction) =>
        action === slow && thinking.length === 0
          ? new Promise<boolean>((resolve) => thinking.push(() => resolve(true)))
          : true;
      const { app, port, base, broadcaster } = await shop({ adapter: 'HTTP/2', dashboard: { authorize } });
      const streams: ServerHttp2Stream[] = [];
      (app.getHttpServer() as Http2Server).on('stream', (stream) => streams.push(stream));
      const session = connect(`http://127.0.0.1:${port}`);
      sessions.push(session);
      const leaving = session.request({ ':path': `${base}/stream` });
      leaving.on('error', () => undefined);
      await until(() => thinking.length === 1);
      leaving.close(constants.NGHTTP2_CANCEL);
      await until(() => streams[0]!.destroyed);
      thinking[0]!();
      const staying = session.request({ ':path': `${base}/stream` });
      let text = '';
      staying.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await until(() => text.includes('"full":true'));
      expect(broadcaster.size).toBe(1);
      staying.close();
      await until(() => broadcaster.size === 0);
    },
  );

  it('is forgotten once it has taken nothing for half a minute, though its connection tells nothing', async () => {
    const { clock, broadcaster } = await shop();
    const { client, ended } = connection(false);
    broadcaster.add({ client, mayRead: async () => true });
    await clock!.advance('29s');
    expect(broadcaster.size).toBe(1);
    await clock!.advance('5s');
    expect([broadcaster.size, ended]).toEqual([0, ['ended']]);
  });

  it('is forgotten where it may not read any more, though its connection tells nothing', async () => {
    const { clock, broadcaster } = await shop();
    const { client, ended } = connection(true);
    broadcaster.add({ client, mayRead: async () => false });
    await clock!.advance('2s');
    expect([broadcaster.size, ended]).toEqual([0, ['ended']]);
  });

  it('is let go at once where it comes while the application closes', async () => {
    const { broadcaster } = await shop();
    broadcaster.close();
    const { client, ended } = connection(true);
    broadcaster.add({ client, mayRead: async () => true });
    expect([broadcaster.size, ended]).toEqual([0, ['ended']]);
  });
});
