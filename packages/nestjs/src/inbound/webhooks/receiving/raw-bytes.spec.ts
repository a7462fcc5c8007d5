import type { AddressInfo } from 'node:net';
import { signWebhook } from '@breakwater/webhooks';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Logger, Post, UseGuards, type INestApplication } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { startResilience } from '../../../../test/start-resilience.fixture.js';
import { ResilienceExceptionFilter } from '../../../filters/resilience-exception.filter.js';
import { ResilienceParts } from '../../../providers/resilience-parts.js';
import { WebhookGuard } from '../webhook.guard.js';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';

@Controller()
class Webhooks {
  @Post()
  @UseGuards(WebhookGuard('payments'))
  receive(): void {}
}

/** The guard alone, on Express: nothing looks at boot whether the raw body is kept. */
describe('the raw body', () => {
  let app: INestApplication;
  let log: string[];

  afterEach(async () => {
    Logger.overrideLogger(false);
    await app.close();
  });

  async function send(
    type: string,
    prepare?: (app: NestExpressApplication) => void,
    body: string | Buffer = '{"id":"evt_1"}',
  ): Promise<Response> {
    const { parts } = startResilience({ providers: { payments: { webhook: { sender: 'stripe', secrets: SECRET } } } });
    const module = await Test.createTestingModule({
      controllers: [Webhooks],
      providers: [
        { provide: ResilienceParts, useValue: parts },
        { provide: APP_FILTER, useClass: ResilienceExceptionFilter },
      ],
    }).compile();
    log = [];
    const note = (message: unknown) => void log.push(String(message));
    const logger = { log: () => undefined, debug: () => undefined, warn: note, error: note, fatal: note };
    app = module.createNestApplication<NestExpressApplication>({ logger });
    prepare?.(app as NestExpressApplication);
    await app.listen(0, '127.0.0.1');
    return fetch(`http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, ...signWebhook('stripe', { body }, SECRET) },
    });
  }

  it('is a fault of ours when it was parsed and not kept: the log says what to write, the answer nothing', async () => {
    const answer = await send('application/json');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/rawBody|stripe/);
    expect(log).toEqual([expect.stringContaining('write NestFactory.create(AppModule, { rawBody: true }) in main.ts')]);
  });

  it('is read from the stream where no parser took it', async () => {
    expect((await send('text/plain')).status).toBe(201);
  });

  it('is taken from a parser that keeps bytes', async () => {
    expect((await send('text/plain', (express) => express.useBodyParser('raw', { type: '*/*' }))).status).toBe(201);
  });

  it('is taken from a parser that keeps text, where the text is provably the bytes', async () => {
    expect((await send('text/plain', (express) => express.useBodyParser('text'))).status).toBe(201);
  });

  it('is lost to a parser that keeps text and replaced bytes: the log says so', async () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    expect((await send('text/plain', (express) => express.useBodyParser('text'), body)).status).toBe(500);
    expect(log).toEqual([expect.stringMatching(/a parser made text of the body.*keep a Buffer/)]);
  });
});
