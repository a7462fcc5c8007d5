import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pageFile } from '../../src/serving/page-files.js';
import { CONTROLS } from '../../src/wire/control.js';
import type { Frame, Greeting } from '../../src/wire/frame.js';
import { AT } from './provider-view.fixture.js';
import type { ShownState } from './states.fixture.js';

export interface ServedStates {
  readonly url: string;
  /** The state that pages are shown which are opened from now on. */
  show(state: ShownState): void;
  close(): void;
}

/** Serves the page with a state that does not change, and that every control is allowed in. */
export async function serveStates(): Promise<ServedStates> {
  let shown: ShownState;
  const streams = new Set<ServerResponse>();
  const server: Server = createServer((request, response) => {
    const name = request.url!.slice(1).split('?')[0]!;
    if (name === 'stream') return stream(response);
    const file = pageFile(name === 'page' ? 'index.html' : name);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.plain);
  });
  const stream = (response: ServerResponse) => {
    if (shown.isLost === true && streams.size > 0) return void response.destroy();
    const greeting: Greeting = { title: 'shop', host: 'web-1', allowed: ['read', ...CONTROLS] };
    const frame: Frame = { full: true, at: AT, hosts: shown.hosts, gone: [] };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: greeting\ndata: ${JSON.stringify(greeting)}\n\ndata: ${JSON.stringify(frame)}\n\n`);
    streams.add(response);
    if (shown.isLost === true) setTimeout(() => response.destroy(), 300).unref();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/page`,
    show: (state) => {
      for (const open of streams) open.destroy();
      streams.clear();
      shown = state;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
