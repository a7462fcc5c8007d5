import { fileSecrets } from '@breakwater/secrets';
import { mountVolume, type MountedVolume } from '@breakwater/servers';
import { TestClock } from '@breakwater/core/testing';
import { signWebhook } from '@breakwater/webhooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { secret } from '../../src/config/fields/secret.js';
import { Resilience } from '../../src/resilience.js';
import { ResilienceModule } from '../../src/resilience.module.js';
import { Webhook } from '../../src/inbound/webhooks/webhook.decorator.js';
import type { UnverifiedWebhook } from '../../src/inbound/webhooks/secrets/unverified-webhook.js';

@Controller('webhooks')
class Webhooks {
  @Post('payments')
  @Webhook('payments')
  receive(): void {}

  @Post('shops')
  @Webhook('shops')
  receiveOfShop(): void {}
}

describe('a webhook secret that is rotated', () => {
  let volume: MountedVolume;
  let app: INestApplication;
  let clock: TestClock;
  let url: string;
  let deliveries = 0;

  beforeEach(async () => {
    clock = new TestClock(Date.now());
    volume = await mountVolume({ payments: 'whsec_first', 'shop-a': 'whsec_of_a' });
    const ofShop = ({ query }: UnverifiedWebhook) => secret(`shop-${String(query['shop'])}`);
    const module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({
          clock,
          secrets: { sources: [fileSecrets({ directory: volume.directory })], keepPrevious: '10m' },
          providers: {
            payments: { webhook: { sender: 'stripe', secrets: [secret('payments')] } },
            shops: { webhook: { sender: 'stripe', secrets: ofShop } },
          },
        }),
      ],
      controllers: [Webhooks],
    }).compile();
    app = module.createNestApplication({ rawBody: true, logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/webhooks`;
  });
  afterEach(async () => {
    await app.close();
    await volume.remove();
  });

  async function deliver(key: string, to = 'payments'): Promise<number> {
    const body = JSON.stringify({ id: `evt_${++deliveries}`, type: 'charge.succeeded' });
    const headers = signWebhook('stripe', { body: Buffer.from(body), now: clock.wallNow() }, key);
    const response = await fetch(`${url}/${to}`, {
      method: 'POST',
      body,
      headers: { ...headers, 'Content-Type': 'application/json' },
    });
    await response.body?.cancel();
    return response.status;
  }

  it('is accepted beside the new one for keepPrevious', async () => {
    expect(await deliver('whsec_first')).toBeLessThan(300);
    const rotated = new Promise((resolve) => app.get(Resilience).events$.subscribe(resolve));
    await volume.swap({ payments: 'whsec_second', 'shop-a': 'whsec_of_a' });
    await rotated;
    expect(await deliver('whsec_second')).toBeLessThan(300);
    expect(await deliver('whsec_first')).toBeLessThan(300);
    expect(await deliver('whsec_other')).toBe(401);
    await clock.advance('10m');
    expect(await deliver('whsec_first')).toBe(401);
    expect(await deliver('whsec_second')).toBeLessThan(300);
  });

  it('is read when a request first asks for it, and a stranger who names others only learns that they are none', async () => {
    expect(await deliver('whsec_of_a', 'shops?shop=a')).toBeLessThan(300);
    expect(await deliver('whsec_of_a', 'shops?shop=b')).toBeGreaterThanOrEqual(400);
    expect(await deliver('whsec_first', 'shops?shop=../../etc/passwd')).toBeGreaterThanOrEqual(400);
  });
});
