import { afterEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import type { Faults } from '../services/fault-control.js';
import type { Customers } from './customers.js';
import { serveDemoPage } from './demo-page.js';

let ending = new AbortController();

afterEach(() => {
  ending.abort();
  ending = new AbortController();
});

async function page() {
  const struck: [string, Faults][] = [];
  const customers = { rate: 10, read: () => ({}) } as unknown as Customers;
  const url = await serveDemoPage(
    0,
    { customers, dashboardUrl: 'http://127.0.0.1:1/resilience', setFaults: async (...all) => void struck.push(all) },
    ending.signal,
  );
  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}, body?: object) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  return { struck, customers, ask };
}

const ours = { 'x-demo': '1' };

describe('the page of the demo', () => {
  it('is served with its files, and nothing else is', async () => {
    const { ask } = await page();
    for (const path of ['/', '/demo.css', '/demo.js', '/icon.svg']) expect((await ask(path)).status).toBe(200);
    for (const path of ['/package.json', '/../package.json', '/%2e%2e/package.json']) {
      expect((await ask(path)).status).toBe(404);
    }
  });

  it('makes a third party ill as the sliders say, and shows the same to the next page', async () => {
    const { ask, struck, customers } = await page();
    await ask('/faults', 'POST', ours, { service: 'email', lateMs: 400, errors: 0.25, hang: false });
    await ask('/faults', 'POST', ours, { service: 'payments', lateMs: 0, errors: 0, hang: true });
    await ask('/rate', 'POST', ours, { perSecond: 30 });
    expect(struck).toEqual([
      ['email', { latency: { ms: 400, jitterMs: 100 }, error: { rate: 0.25, status: 503 } }],
      ['payments', { hang: true }],
    ]);
    expect(customers.rate).toBe(30);
    expect(JSON.parse((await ask('/state')).text)).toMatchObject({
      perSecond: 30,
      sliders: { email: { lateMs: 400, errors: 0.25, hang: false }, payments: { hang: true } },
    });
  });

  it('is for this machine: neither another name that leads here nor a form of another page breaks anything', async () => {
    const { ask, struck } = await page();
    expect((await ask('/state', 'GET', { host: 'rebound.example' })).status).toBe(403);
    expect((await ask('/faults', 'POST', {}, { service: 'email', hang: true })).status).toBe(404);
    expect((await ask('/faults', 'POST', { ...ours, host: 'rebound.example' }, { hang: true })).status).toBe(403);
    expect(struck).toEqual([]);
  });
});
