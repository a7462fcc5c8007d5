import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { HttpService } from '@nestjs/axios';
import { vaultSecrets } from '@breakwater/secrets';
import { findCredentials } from '@breakwater/secrets/testing';
import { liveSecret, startTokenServer, startVault, type TokenServer, type VaultServer } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { InjectFetch } from '../src/clients/http/inject-fetch.decorator.js';
import { InjectHttp } from '../src/clients/http/inject-http.decorator.js';
import { Resilient } from '../src/decorators/resilient.decorator.js';
import { secret } from '../src/config/fields/secret.js';
import { Resilience } from '../src/resilience.js';
import { ResilienceModule } from '../src/resilience.module.js';

const SECRETS = [liveSecret('first-client-secret-'), liveSecret('second-client-secret-')] as const;

@Injectable()
class CrmClient {
  constructor(
    @InjectHttp('crm') readonly http: HttpService,
    @InjectFetch('crm') readonly fetch: typeof globalThis.fetch,
  ) {}

  @Resilient('crm')
  async byAxios(body: unknown): Promise<number> {
    return (await firstValueFrom(this.http.post('/contacts', body, { validateStatus: () => true }))).status;
  }

  @Resilient('crm')
  async byFetch(body: unknown): Promise<number> {
    return (await this.fetch('/contacts', { method: 'POST', body: JSON.stringify(body) })).status;
  }
}

describe('the access token of a provider', () => {
  let tokens: TokenServer;
  let vault: VaultServer;
  let api: Server;
  let module: TestingModule;
  let client: CrmClient;
  let seen: { token: string | undefined; body: string }[];

  beforeEach(async () => {
    tokens = await startTokenServer({ clientId: 'shop', clientSecret: SECRETS[0] });
    vault = await startVault();
    vault.write('crm', { client_secret: SECRETS[0] });
    seen = [];
    api = createServer((request, response) => {
      void text(request).then((body) => {
        const token = request.headers.authorization?.replace('Bearer ', '');
        seen.push({ token, body });
        response.writeHead(tokens.accepts(token) ? 200 : 401).end('{}');
      });
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const oauth2 = {
      tokenUrl: `${tokens.url}/token`,
      clientId: 'shop',
      clientSecret: secret('crm#client_secret'),
      scope: 'contacts',
    };
    const baseUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({
          secrets: [vaultSecrets({ address: vault.url, auth: { token: 'root' } })],
          providers: { crm: { http: { baseUrl, auth: { oauth2 } }, timeout: { attempt: '5s' } } },
        }),
      ],
      providers: [CrmClient],
    }).compile();
    await module.init();
    client = module.get(CrmClient);
  });
  afterEach(async () => {
    await module.close();
    await Promise.all([tokens.stop(), vault.stop()]);
    api.close();
    api.closeAllConnections();
  });

  it('is one for both clients, asked for once', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? client.byAxios({ n }) : client.byFetch({ n }))),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(tokens.requests).toEqual([{ grant_type: 'client_credentials', scope: 'contacts' }]);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(50);
  });

  it.each([
    ['@InjectHttp', (body: unknown) => client.byAxios(body)],
    ['@InjectFetch', (body: unknown) => client.byFetch(body)],
  ])(
    'is replaced once where it is refused, also with a client secret that was rotated meanwhile: %s',
    async (_, send) => {
      await send({ n: 0 });
      tokens.revokeAll();
      tokens.rotate(SECRETS[1]);
      vault.write('crm', { client_secret: SECRETS[1] });
      const statuses = await Promise.all(Array.from({ length: 20 }, (_each, n) => send({ n: n + 1 })));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(tokens.tokens).toHaveLength(2);
      expect(new Set(seen.filter(({ token }) => token === tokens.tokens[1]).map(({ body }) => body)).size).toBe(20);
    },
  );

  it('is in no snapshot, event or error, nor is the client’s secret', async () => {
    const resilience = module.get(Resilience);
    const told: unknown[] = [];
    resilience.events$.subscribe((event) => told.push(event));
    await client.byFetch({});
    tokens.revokeAll();
    tokens.answerWith({ status: 500, body: { error: 'server_error', secret: SECRETS[0] } });
    const errors = [await client.byAxios({}).catch((error: unknown) => error), await client.byFetch({})];
    const all = [errors, told, resilience.snapshot(), module.get(CrmClient).http, module.get(CrmClient).fetch];
    const printed = all.map((each) => `${inspect(each, { depth: 10 })} ${String(each)}`).join('\n');
    const json = JSON.stringify([errors, told, resilience.snapshot()]);
    expect(findCredentials(printed + json, [...tokens.tokens, ...SECRETS])).toEqual([]);
  });
});
