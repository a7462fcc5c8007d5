import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Faults } from '../services/fault-control.js';
import { type DemoControls, serveDemoPage } from './demo-page.js';

let ending = new AbortController();

afterEach(() => {
  ending.abort();
  ending = new AbortController();
});

const seen = { circuits: { email: { state: 'open', openForMs: 900 } }, jobs: { email: { waiting: 7, dead: 0 } } };

async function page() {
  const struck: [string, Faults][] = [];
  const customers = { rate: 10, read: () => ({}) } as unknown as DemoControls['customers'];
  const shop = { look: async () => seen };
  const url = await serveDemoPage(
    0,
    {
      customers,
      shops: { protected: shop, unprotected: shop },
      machine: { read: () => ({ isOverloaded: true, answerMs: 212 }) },
      dashboardUrl: 'http://127.0.0.1:1/resilience',
      setFaults: async (...all) => void struck.push(all),
    },
    ending.signal,
  );
  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}, body?: object) =>
    new Promise<{ status: number; text: string; policy: string }>((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        const policy = String(response.headers['content-security-policy']);
        response.on('end', () => resolve({ status: response.statusCode!, text, policy }));
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
    const { text, policy } = await ask('/');
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
    // The dashboard beside it is another origin's.
    expect(policy).toContain('frame-src http://127.0.0.1:1;');
    const files = [...text.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path!);
    const script = await ask('/demo.js');
    const modules = [...script.text.matchAll(/from '\.(\/[^']*)'/g)].map(([, path]) => path!);
    expect(files.length).toBeGreaterThan(2);
    expect(modules.length).toBeGreaterThan(2);
    for (const path of [...files, ...modules]) expect(await ask(path)).toMatchObject({ status: 200 });
    for (const path of ['/package.json', '/../package.json', '/%2e%2e/package.json', '/constructor']) {
      expect((await ask(path)).status).toBe(404);
    }
  });

  it('makes a third party ill as the sliders say, and shows the same to the next page', async () => {
    const { ask, struck, customers } = await page();
    await ask('/faults', 'POST', ours, { party: 'email', lateMs: 400, errors: 0.25, hang: false });
    await ask('/faults', 'POST', ours, { party: 'crm', lateMs: -1, errors: 7, hang: true });
    await ask('/rate', 'POST', ours, { perSecond: 30 });
    expect(struck).toEqual([
      ['email', { latency: { ms: 400, jitterMs: 100 }, error: { rate: 0.25, status: 503 } }],
      ['crm', { latency: { ms: 20_000 }, error: { rate: 1, status: 503 } }],
    ]);
    expect((await ask('/faults', 'POST', ours, { party: 'unknown', hang: true })).status).toBe(404);
    expect(customers.rate).toBe(30);
    expect(JSON.parse((await ask('/state')).text)).toMatchObject({
      perSecond: 30,
      sliders: { email: { lateMs: 400, errors: 0.25, hang: false }, crm: { hang: true } },
      machine: { isOverloaded: true },
      protected: seen,
    });
  });

  it('is for this machine: neither another name that leads here nor a form of another page breaks anything', async () => {
    const { ask, struck } = await page();
    expect((await ask('/state', 'GET', { host: 'rebound.example' })).status).toBe(403);
    expect((await ask('/faults', 'POST', {}, { party: 'email', hang: true })).status).toBe(404);
    expect((await ask('/faults', 'POST', { ...ours, host: 'rebound.example' }, { hang: true })).status).toBe(403);
    expect(struck).toEqual([]);
  });
});
