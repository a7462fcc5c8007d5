import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { ResilienceEvent } from '@breakwater/core';
import { signWebhook } from '@breakwater/webhooks';
import { describe, expect, it } from '@jest/globals';
import { Controller, Post, UseGuards, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { secret } from '../../config/fields/secret.js';
import { Resilience } from '../../resilience.js';
import { ResilienceModule } from '../../resilience.module.js';
import { WebhookGuard } from './webhook.guard.js';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';

@Controller('hooks')
class Hooks {
  @Post()
  @UseGuards(WebhookGuard('payments'))
  receive(): string {
    return 'ok';
  }
}

async function application() {
  process.env.TELEMETRY_SPEC_SECRET = SECRET;
  const webhook = { sender: 'stripe', secrets: [secret('TELEMETRY_SPEC_SECRET')], maxBytes: 100 } as const;
  const module = await Test.createTestingModule({
    controllers: [Hooks],
    imports: [ResilienceModule.forRoot({ logger: false, providers: { payments: { webhook } } })],
  }).compile();
  const app: INestApplication = module.createNestApplication({ logger: false, rawBody: true });
  await app.listen(0);
  const events: ResilienceEvent[] = [];
  app.get(Resilience).events$.subscribe((event) => events.push(event));
  const { port } = app.getHttpServer().address() as AddressInfo;
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}/hooks`, { method: 'POST', body, headers });
  return { app, events, post };
}

describe('the events of webhooks', () => {
  it('tell of what was accepted, of copies, and why something was rejected, and nothing of what it says', async () => {
    const { app, events, post } = await application();
    const body = JSON.stringify({ id: 'evt_1', type: 'charge.succeeded' });
    const headers = { ...signWebhook('stripe', { body: Buffer.from(body), now: Date.now() }, SECRET) };
    expect((await post(body, headers)).status).toBe(201);
    expect((await post(body, headers)).status).toBe(409);
    await post(body.replace('evt_1', 'evt_2'), headers);
    await post(body);
    await post('x'.repeat(200), headers);
    await app.close();
    const common = { provider: 'payments', operation: 'Hooks.receive' };
    expect(events).toMatchObject([
      { ...common, type: 'webhook.accepted', detail: {} },
      { ...common, type: 'webhook.repeated', detail: { state: 'done' } },
      { ...common, type: 'webhook.rejected', detail: { reason: 'mismatch' } },
      { ...common, type: 'webhook.rejected', detail: { reason: 'missing' } },
      { ...common, type: 'webhook.rejected', detail: { reason: 'too-large' } },
    ]);
    expect(JSON.stringify(events)).not.toContain('evt_');
  });
});
