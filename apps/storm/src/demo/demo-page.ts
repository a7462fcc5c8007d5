import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Faults } from '../services/fault-control.js';
import type { Customers } from './customers.js';

const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/demo.css': 'demo.css',
  '/demo.js': 'demo.js',
  '/icon.svg': 'icon.svg',
};
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
const MOST_BYTES = 2000;
const MOST_LATE_MS = 10_000;
const THIS_MACHINE = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/;

/** The third parties that the page makes ill. */
export type DemoService = 'payments' | 'email';

/** The handles of the page. */
export interface DemoControls {
  readonly customers: Customers;
  readonly dashboardUrl: string;
  /** Makes a third party ill, or well with `{}`. */
  setFaults(service: DemoService, faults: Faults): Promise<void>;
}

/** Serves the page of the demo on this machine alone, until the signal aborts. Returns its address. */
export async function serveDemoPage(port: number, controls: DemoControls, signal: AbortSignal): Promise<string> {
  const sliders = new Map<DemoService, Sliders>();
  const server = createServer((request, response) => {
    answer({ request, response, sliders }, controls).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The sliders as they stand, for every page that is opened. */
  readonly sliders: Map<DemoService, Sliders>;
}

/** How a third party is to be: late by so many milliseconds, with a share of errors, or never answering. */
interface Sliders {
  readonly lateMs: number;
  readonly errors: number;
  readonly hang: boolean;
}

async function answer({ request, response, sliders }: Asked, controls: DemoControls): Promise<void> {
  response.setHeader('Content-Security-Policy', "default-src 'self'; base-uri 'none'; frame-ancestors 'none'");
  response.setHeader('Cache-Control', 'no-store');
  // A page of another origin may neither read the shop's numbers nor break its third parties.
  if (!THIS_MACHINE.test(request.headers.host ?? '')) return end(response, 403, {});
  const { method, url = '/' } = request;
  const { customers, dashboardUrl } = controls;
  const file = FILES[url];
  if (method === 'GET' && file !== undefined) {
    response.setHeader('Content-Type', TYPES[file.split('.').at(-1)!]!);
    response.end(readFileSync(fileURLToPath(new URL(`../../demo-page/${file}`, import.meta.url))));
    return;
  }
  if (method === 'GET' && url === '/state') {
    const state = {
      dashboardUrl,
      perSecond: customers.rate,
      sliders: Object.fromEntries(sliders),
      ...customers.read(),
    };
    return end(response, 200, state);
  }
  if (method !== 'POST' || request.headers['x-demo'] !== '1') return end(response, 404, {});
  const body = await bodyOf(request);
  if (url === '/rate') customers.rate = Number(body['perSecond']) || 0;
  else if (url === '/faults') await setFaults(body, sliders, controls);
  else return end(response, 404, {});
  end(response, 200, {});
}

async function setFaults(
  body: Readonly<Record<string, unknown>>,
  sliders: Map<DemoService, Sliders>,
  controls: DemoControls,
): Promise<void> {
  const service = body['service'] === 'email' ? 'email' : 'payments';
  const lateMs = Math.min(MOST_LATE_MS, Math.max(0, Math.round(Number(body['lateMs']) || 0)));
  const errors = Math.min(1, Math.max(0, Number(body['errors']) || 0));
  const hang = body['hang'] === true;
  sliders.set(service, { lateMs, errors, hang });
  await controls.setFaults(service, {
    ...(lateMs > 0 && { latency: { ms: lateMs, jitterMs: Math.round(lateMs / 4) } }),
    ...(errors > 0 && { error: { rate: errors, status: 503 } }),
    ...(hang && { hang }),
  });
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
