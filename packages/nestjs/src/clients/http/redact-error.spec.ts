import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { HttpService } from '@nestjs/axios';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { AxiosError, isAxiosError } from 'axios';
import { Idempotent } from '../../decorators/idempotent.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { ResilienceModule } from '../../resilience.module.js';
import { InjectHttp } from './inject-http.decorator.js';

const SECRETS = [
  'sk_live_secret',
  'tenant-secret',
  'card-4242',
  'order-key',
  'set-cookie-secret',
  'answer-body',
  'query-secret',
];

@Injectable()
@Resilient('payments')
class PaymentsClient {
  constructor(@InjectHttp('payments') readonly http: HttpService) {}

  @Idempotent({ key: () => 'order-key' })
  async charge(): Promise<void> {
    await this.http.axiosRef.post('/charges?token=query-secret', { card: 'card-4242' });
  }
}

describe('an error of our HTTP client', () => {
  let server: Server;
  let module: TestingModule;

  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(400, { 'set-cookie': 'set-cookie-secret' }).end(JSON.stringify({ text: 'answer-body' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const http = { baseUrl, auth: { bearer: 'sk_live_secret' }, headers: { 'X-Tenant': 'tenant-secret' } };
    module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { payments: { http, idempotency: {} } } })],
      providers: [PaymentsClient],
    }).compile();
    await module.init();
  });
  afterEach(async () => {
    await module.close();
    server.closeAllConnections();
    server.close();
  });

  async function failed(): Promise<AxiosError> {
    return module
      .get(PaymentsClient)
      .charge()
      .then(
        () => new Error('it succeeded'),
        (error: unknown) => error,
      ) as Promise<AxiosError>;
  }

  /** Everything that a log makes of an error. */
  function printed(error: unknown): Record<string, string> {
    const written: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => (written.push(String(text)), true));
    const errors = jest.spyOn(process.stderr, 'write').mockImplementation((text) => (written.push(String(text)), true));
    new ConsoleLogger().error(error);
    new ConsoleLogger({ json: true }).error(error);
    write.mockRestore();
    errors.mockRestore();
    return {
      inspected: inspect(error, { depth: 10 }),
      asJson: JSON.stringify(error),
      listed: JSON.stringify({ ...(error as object) }),
      wrapped: inspect(new Error('charge failed', { cause: error }), { depth: 10 }),
      logged: written.join(''),
    };
  }

  it('prints what a log needs in less than 2 KB, and no credential, header, body or key', async () => {
    const error = await failed();
    for (const [how, text] of Object.entries(printed(error))) {
      expect([how, SECRETS.filter((secret) => text.includes(secret))]).toEqual([how, []]);
      expect([how, text.length < (how === 'logged' || how === 'wrapped' ? 4000 : 2000)]).toEqual([how, true]);
    }
    expect(printed(error).inspected).toMatch(/AxiosError.*status code 400[\s\S]*method: 'POST'[\s\S]*\/charges'/);
    const { port } = server.address() as AddressInfo;
    expect(JSON.parse(printed(error).asJson!)).toMatchObject({
      status: 400,
      method: 'POST',
      code: 'ERR_BAD_REQUEST',
      url: `http://127.0.0.1:${port}/v1/charges`, // where it went
    });
  });

  it('is the error of axios still, with its answer for those who ask for it', async () => {
    const error = await failed();
    expect(error).toBeInstanceOf(AxiosError);
    expect(isAxiosError(error)).toBe(true);
    expect(error.response).toMatchObject({ status: 400, data: { text: 'answer-body' } });
    expect(error.config?.url).toBe('/charges?token=query-secret');
    expect(inspect(error.response, { depth: 10 })).not.toMatch(/secret|4242|answer-body/);
  });

  it('prints as little where there was no answer', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const error = await failed();
    expect(error.code).toBe('ECONNREFUSED');
    for (const text of Object.values(printed(error)))
      expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
  });
});
