import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pageFile } from '../src/serving/page-files.js';
import { CONTROLS } from '../src/wire/control.js';
import type { Frame, Greeting, HostView } from '../src/wire/frame.js';
import { AT, providerView, type ShownProvider } from './gallery/provider-view.fixture.js';

/** A server of the page that sends what a spec has it send, when it does. */
export interface LiveFrames {
  readonly url: string;
  /** How many streams were opened so far. */
  readonly opened: number;
  /** How many of them are open. */
  readonly open: number;
  /** Has streams that open from now on wait for their first word until this is called again with `false`. */
  hold(isHeld: boolean): void;
  /** Sends these hosts, which take the place of all others, so many seconds after the first. */
  send(hosts: readonly HostView[], second?: number): void;
  close(): void;
}

/** `first` is sent to each page as it comes. Every control is allowed, and fails. */
export async function serveFrames(first: readonly HostView[], port = 0): Promise<LiveFrames> {
  const streams = new Set<ServerResponse>();
  let opened = 0;
  let isHeld = false;
  const held: (() => void)[] = [];
  const server = createServer((request, response) => {
    const name = request.url!.slice(1).split('?')[0]!;
    if (name === 'controls') return void response.writeHead(500).end();
    if (name !== 'stream') {
      const file = pageFile(name === 'page' ? 'index.html' : name);
      response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' });
      return void response.end(file?.plain);
    }
    opened++;
    streams.add(response);
    response.on('close', () => streams.delete(response));
    const greeting: Greeting = { title: 'shop', host: 'web-1', allowed: CONTROLS };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const begin = () => {
      response.write(`event: greeting\ndata: ${JSON.stringify(greeting)}\n\n${messageOf(first, 0)}`);
    };
    if (!isHeld) return begin();
    response.write(':\n\n');
    held.push(begin);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page`,
    get opened() {
      return opened;
    },
    get open() {
      return streams.size;
    },
    hold: (isIt) => {
      isHeld = isIt;
      if (!isIt) for (const begin of held.splice(0)) begin();
    },
    send: (hosts, second = 0) => {
      for (const stream of streams) stream.write(messageOf(hosts, second));
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** One host with these providers. */
export function hostWith(providers: readonly ShownProvider[], more: Partial<HostView> = {}): HostView {
  const { host = 'web-1' } = more;
  return { id: host, host, at: AT, providers: providers.map(providerView), queues: [], events: [], ...more };
}

function messageOf(hosts: readonly HostView[], second: number): string {
  const frame: Frame = { full: true, at: AT + second * 1000, hosts, gone: [] };
  return `data: ${JSON.stringify(frame)}\n\n`;
}
