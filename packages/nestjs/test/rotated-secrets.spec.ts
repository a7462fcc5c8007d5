import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { HttpService } from '@nestjs/axios';
import { SystemClock, type ResilienceEvent } from '@breakwater/core';
import { envSecrets, vaultSecrets } from '@breakwater/secrets';
import { findCredentials } from '@breakwater/secrets/testing';
import { liveSecret, startVault, type VaultServer } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { InjectFetch } from '../src/clients/http/inject-fetch.decorator.js';
import { InjectHttp } from '../src/clients/http/inject-http.decorator.js';
import { Resilient } from '../src/decorators/resilient.decorator.js';
import { secret } from '../src/config/fields/secret.js';
import { Resilience } from '../src/resilience.js';
import { ResilienceModule } from '../src/resilience.module.js';
import type { ResilienceOptions } from '../src/composition/resilience.options.js';

const KEYS = [liveSecret('first-key-'), liveSecret('second-key-')] as const;
const TOKEN = liveSecret('hvs.');

@Injectable()
@Resilient('payments')
class PaymentsClient {
  constructor(
    @InjectHttp('payments') readonly http: HttpService,
    @InjectFetch('payments') readonly fetch: typeof globalThis.fetch,
  ) {}

  @Resilient('payments')
  async byAxios(body: unknown): Promise<number> {
    return (await firstValueFrom(this.http.post('/charges', body))).status;
  }

  @Resilient('payments')
  async byFetch(body: NonNullable<RequestInit['body']>): Promise<number> {
    const response = await this.fetch('/charges', { method: 'POST', body, duplex: 'half' } as RequestInit);
    if (!response.ok) throw Object.assign(new Error(`status ${response.status}`), { status: response.status });
    return response.status;
  }
}

describe('a secret that is rotated while the application runs', () => {
  let vault: VaultServer;
  let provider: Server;
  let module: TestingModule;
  let client: PaymentsClient;
  let accepted: readonly string[];
  let requests: { key: string | undefined; body: string }[];
  const events: ResilienceEvent[] = [];
  const lines: string[] = [];

  beforeEach(async () => {
    vault = await startVault({ rootToken: TOKEN });
    vault.write('shop/payments', { api_key: KEYS[0] });
    accepted = [KEYS[0]];
    requests = [];
    events.length = lines.length = 0;
    provider = createServer((request, response) => {
      void text(request).then((body) => {
        const key = request.headers.authorization?.replace('Bearer ', '');
        requests.push({ key, body });
        response.writeHead(accepted.includes(key ?? '') ? 200 : 401).end('{}');
      });
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await module?.close();
    await vault.stop();
    provider.close();
    provider.closeAllConnections();
    Logger.overrideLogger(false);
  });

  async function start(options: ResilienceOptions = {}): Promise<void> {
    const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({
          secrets: [vaultSecrets({ address: vault.url, auth: { token: TOKEN }, prefix: 'shop/' }), envSecrets()],
          providers: {
            payments: {
              http: { baseUrl, auth: { bearer: secret('payments#api_key') } },
              circuitBreaker: { window: { consecutive: 1 } },
            },
          },
          ...options,
        }),
      ],
      providers: [PaymentsClient],
    }).compile();
    const write = (message: unknown, ...rest: unknown[]) => void lines.push([message, ...rest].map(String).join(' '));
    Logger.overrideLogger({ log: write, warn: write, error: write, fatal: write });
    await module.init();
    client = module.get(PaymentsClient);
    module.get(Resilience).events$.subscribe((event) => events.push(event));
  }

  function rotate(): void {
    vault.write('shop/payments', { api_key: KEYS[1] });
    accepted = [KEYS[1]];
  }

  it.each([
    ['@InjectHttp', (body: string) => client.byAxios(body)],
    ['@InjectFetch', (body: string) => client.byFetch(body)],
  ])('is read anew at the first 401, and the request is sent once more, with its body: %s', async (_, send) => {
    await start();
    await send('{"order":1}');
    rotate();
    const statuses = await Promise.all(Array.from({ length: 50 }, (_each, n) => send(`{"order":${n + 2}}`)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const bodies = requests.filter(({ key }) => key === KEYS[1]).map(({ body }) => body);
    expect(new Set(bodies).size).toBe(50);
    expect(vault.requests.filter((request) => request === 'GET secret/data/shop/payments').length).toBeLessThanOrEqual(
      3,
    );
    expect(events.find(({ type }) => type === 'secret.rotated')).toMatchObject({
      provider: 'payments',
      detail: { name: 'payments', source: 'vault', version: '2' },
    });
    expect(lines.join('\n')).toMatch(/'payments': secret payments rotated: vault has version 2/);
  });

  it('is not asked for again and again while the provider refuses it, and the 401 reaches the caller', async () => {
    await start();
    accepted = [];
    for (let i = 0; i < 10; i++) {
      await expect(client.byAxios('{}')).rejects.toMatchObject({ response: { status: 401 } });
      await expect(client.byFetch('{}')).rejects.toMatchObject({ status: 401 });
    }
    expect(requests).toHaveLength(20);
    expect(vault.requests.filter((request) => request === 'GET secret/data/shop/payments')).toHaveLength(2);
  });

  it('does not send once more what can be read once only, and the next request has the new one', async () => {
    await start();
    rotate();
    await expect(client.byFetch(Readable.from(['{"order":1}']) as never)).rejects.toMatchObject({ status: 401 });
    await client.byFetch('{"order":2}');
    expect(requests.map(({ key }) => KEYS.indexOf(key as (typeof KEYS)[number]))).toEqual([0, 1]);
  });

  it('leaves a credential of the caller alone', async () => {
    await start();
    rotate();
    const own = { headers: { Authorization: 'Bearer of the caller' } };
    await expect(firstValueFrom(client.http.get('/', own))).rejects.toMatchObject({ response: { status: 401 } });
    expect((await client.fetch('/', own)).status).toBe(401);
    expect(requests).toHaveLength(2);
  });

  it('does not count a request that was refused for its credential as one that may have been carried out', async () => {
    const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const retry = { attempts: 3, backoff: { initial: 1, max: 1 } } as const;
    await start({
      providers: { payments: { http: { baseUrl, auth: { bearer: secret('payments#api_key') } }, retry } },
    });
    rotate();
    let failures = 2;
    provider.removeAllListeners('request').on('request', (request, response) => {
      const isAccepted = request.headers.authorization === `Bearer ${KEYS[1]}`;
      requests.push({ key: request.headers.authorization, body: '' });
      response.writeHead(isAccepted ? (failures-- > 0 ? 429 : 200) : 401, { 'Retry-After': '0' }).end('{}');
    });
    expect(await client.byFetch('{}')).toBe(200);
    expect(requests).toHaveLength(4);
  });

  it('is in no log line, event, snapshot or error, in whatever form', async () => {
    await start();
    rotate();
    await client.byAxios('{}');
    accepted = [];
    const errors = [];
    for (const send of [() => client.byAxios('{}'), () => client.byFetch('{}')])
      errors.push(await send().catch((error: unknown) => error));
    vault.failWith(503);
    await client.byAxios('{}').catch(() => undefined);
    const resilience = module.get(Resilience);
    const seen = [...errors, events, lines, resilience.snapshot(), resilience];
    const printed = seen.map((each) => `${inspect(each, { depth: 12 })} ${String(each)}`).join('\n');
    expect(
      findCredentials(printed + JSON.stringify([errors, events, lines, resilience.snapshot()]), [...KEYS, TOKEN]),
    ).toEqual([]);
    expect(resilience.snapshot().secrets).toEqual([
      { name: 'payments', source: 'vault', version: '2', ageMs: expect.any(Number) },
    ]);
  });

  it('has to be there before the application begins, and a fault says why it is not', async () => {
    vault.failWith(503);
    await expect(start()).rejects.toThrow(
      /resilience\.providers\.payments\.http\.auth\.bearer: payments#api_key: .*could not be read: vault: looking at the token: 503, it is sealed/,
    );
    vault.failWith(undefined);
    vault.forget('shop/payments');
    await expect(start()).rejects.toThrow(/payments#api_key: .*no source has it \(asked: vault, env\)/);
    await expect(start({ secrets: [{ ...envSecrets(), refresh: 'soon' as never }] })).rejects.toThrow(
      /resilience\.secrets: env\.refresh: text given; expected/,
    );
    await expect(start({ secrets: [] })).rejects.toThrow(/resilience\.secrets: .*expected a list of sources/);
  });

  it('holds no timer that keeps the process alive, and none once the application has ended', async () => {
    const timers = new Set<unknown>();
    class CountingClock extends SystemClock {
      protected override startTimer(ms: number, run: () => void) {
        const timer = super.startTimer(ms, () => (timers.delete(timer), run()));
        timers.add(timer);
        const cancel = timer.cancel.bind(timer);
        return Object.assign(timer, { cancel: () => (timers.delete(timer), cancel()) });
      }
    }
    await start({ clock: new CountingClock() });
    expect(timers.size).toBeGreaterThan(0);
    await module.close();
    expect(timers.size).toBe(0);
  });
});
