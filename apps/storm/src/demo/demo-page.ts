import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Faults } from '../services/fault-control.js';
import { type Twins, withBoth } from '../twins.js';
import type { Customers } from './customers.js';
import type { Machine } from './machine.js';
import { pageFile } from './page-files.js';
import type { ShopWindow } from './shop-window.js';
import { faultsOf, type Party, readParty, readSliders, type Sliders } from './sliders.js';

const MOST_BYTES = 2000;
const THIS_MACHINE = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;

/** The handles of the page. */
export interface DemoControls {
  readonly customers: Pick<Customers, 'rate' | 'read'>;
  readonly shops: Twins<Pick<ShopWindow, 'look'>>;
  readonly machine: Pick<Machine, 'read'>;
  readonly dashboardUrl: string;
  /** Makes a third party ill, or well with `{}`. */
  setFaults(party: Party, faults: Faults): Promise<void>;
}

/** Serves the page of the demo on this machine alone, until the signal aborts. Returns its address. */
export async function serveDemoPage(port: number, controls: DemoControls, signal: AbortSignal): Promise<string> {
  const page = new DemoPage(controls);
  const server = createServer((request, response) => {
    page.answer(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

class DemoPage {
  /** As they stand, for every page that is opened. */
  private readonly sliders = new Map<Party, Sliders>();

  constructor(private readonly controls: DemoControls) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = new URL(this.controls.dashboardUrl);
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'self'; frame-src ${origin}; base-uri 'none'; frame-ancestors 'none'`,
    );
    response.setHeader('Cache-Control', 'no-store');
    // A page of another origin may neither read the shop's numbers nor break its third parties.
    if (!THIS_MACHINE.test(request.headers.host ?? '')) return end(response, 403, {});
    const { method, url = '/' } = request;
    if (method === 'GET') {
      if (url === '/state') return end(response, 200, await this.state());
      const file = pageFile(url);
      if (file === undefined) return end(response, 404, {});
      response.writeHead(200, { 'Content-Type': file.type }).end(file.content);
      return;
    }
    if (method !== 'POST' || request.headers['x-demo'] !== '1') return end(response, 404, {});
    const isDone = await this.change(url, await bodyOf(request));
    end(response, isDone ? 200 : 404, {});
  }

  private async state(): Promise<object> {
    const { customers, shops, machine, dashboardUrl } = this.controls;
    const looks = await withBoth(shops, (shop) => shop.look());
    const tallied = customers.read();
    return {
      dashboardUrl,
      perSecond: customers.rate,
      machine: machine.read(),
      sliders: Object.fromEntries(this.sliders),
      unprotected: { ...tallied.unprotected, ...looks.unprotected },
      protected: { ...tallied.protected, ...looks.protected },
    };
  }

  private async change(url: string, body: Readonly<Record<string, unknown>>): Promise<boolean> {
    const party = readParty(body['party']);
    if (url === '/rate') this.controls.customers.rate = Number(body['perSecond']) || 0;
    else if (url !== '/faults' || party === undefined) return false;
    else {
      const sliders = readSliders(body);
      this.sliders.set(party, sliders);
      await this.controls.setFaults(party, faultsOf(sliders));
    }
    return true;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_BYTES) throw new Error('the body is too long');
  }
  return JSON.parse(text) as Record<string, unknown>;
}

function end(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
