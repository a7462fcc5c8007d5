import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileSecrets } from '@breakwater/secrets';
import { findCredentials } from '@breakwater/secrets/testing';
import { liveSecret, mountVolume, startTokenServer, type MountedVolume, type TokenServer } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import { Resilient } from '../src/decorators/resilient.decorator.js';
import { InjectFetch } from '../src/clients/http/inject-fetch.decorator.js';
import { secret } from '../src/config/fields/secret.js';
import { ResilienceModule } from '../src/resilience.module.js';
import { TelemetryModule } from '../src/observability/telemetry/telemetry.module.js';

const KEYS = [liveSecret('first-key-'), liveSecret('second-key-')] as const;
const CLIENT = { clientId: 'shop', clientSecret: liveSecret('client-secret-') };

@Injectable()
class Clients {
  constructor(
    @InjectFetch('payments') private readonly payments: typeof globalThis.fetch,
    @InjectFetch('crm') private readonly crm: typeof globalThis.fetch,
  ) {}

  @Resilient('payments')
  async charge(): Promise<number> {
    return (await this.payments('/charges', { method: 'POST', body: '{}' })).status;
  }

  @Resilient('crm')
  async contact(): Promise<number> {
    return (await this.crm('/contacts')).status;
  }
}

describe('spans and metrics', () => {
  let server: Server;
  let volume: MountedVolume;
  let tokens: TokenServer;
  let accepted: string;

  beforeEach(async () => {
    accepted = KEYS[0];
    volume = await mountVolume({ key: KEYS[0] });
    tokens = await startTokenServer(CLIENT);
    server = createServer(({ headers }, response) => {
      const given = headers.authorization?.replace('Bearer ', '');
      response.writeHead(given === accepted || tokens.accepts(given) ? 200 : 401).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await Promise.all([tokens.stop(), volume.remove()]);
  });

  it('hold no credential, before a rotation, at a 401 and after it', async () => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const oauth2 = { tokenUrl: `${tokens.url}/token`, ...CLIENT };
    const exporter = new InMemorySpanExporter();
    const spans = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const registry = new Registry();
    const module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({
          secrets: [fileSecrets({ directory: volume.directory })],
          providers: {
            payments: { http: { baseUrl, auth: { bearer: secret('key') } }, timeout: { attempt: '5s' } },
            crm: { http: { baseUrl, auth: { oauth2 } }, timeout: { attempt: '5s' } },
          },
        }),
        TelemetryModule.forRoot({
          tracer: spans.getTracer('spec'),
          meter: false,
          prometheus: { registry, path: false },
        }),
      ],
      providers: [Clients],
    }).compile();
    await module.init();
    const clients = module.get(Clients);
    expect([await clients.charge(), await clients.contact()]).toEqual([200, 200]);
    await volume.swap({ key: KEYS[1] });
    accepted = KEYS[1];
    tokens.revokeAll();
    expect([await clients.charge(), await clients.contact()]).toEqual([200, 200]);
    accepted = 'nothing';
    tokens.answerWith({ status: 500 });
    tokens.revokeAll();
    expect([await clients.charge(), await clients.contact()]).toEqual([401, 401]);
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => JSON.stringify({ name, attributes, events, status }));
    expect(told.length).toBeGreaterThanOrEqual(6);
    const live = [...KEYS, ...tokens.tokens, CLIENT.clientSecret];
    expect(findCredentials(`${told.join('\n')}\n${await registry.metrics()}`, live)).toEqual([]);
    await module.close();
  });
});
