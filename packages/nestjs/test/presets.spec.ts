import { presets } from '@breakwater/core/adapter';
import { senders } from '@breakwater/webhooks';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { readResilience } from '../src/config/read-resilience.js';
import { Idempotent } from '../src/decorators/idempotent.decorator.js';
import { secret } from '../src/config/fields/secret.js';
import { httpSection } from '../src/clients/http/http.section.js';
import { Resilience } from '../src/resilience.js';
import { ResilienceModule } from '../src/resilience.module.js';
import { sections } from '../src/composition/sections.js';
import { webhookSection } from '../src/inbound/webhooks/webhook.section.js';
import { startResilience } from './start-resilience.fixture.js';

const ENVIRONMENT = { KEY: 'sk_live_4eC39Hq', WEBHOOK: 'whsec_4eC39Hq' };

@Injectable()
class PaymentsClient {
  @Idempotent({ provider: 'payments', key: (id: string) => id })
  async charge(id: string): Promise<string> {
    return id;
  }
}

describe('preset in a provider’s settings', () => {
  it('completes how a provider is reached and who signs its webhooks, below what the settings say', () => {
    const http = { auth: { bearer: secret('KEY') }, headers: { 'X-Own': '1' } };
    const { parts } = startResilience(
      { providers: { github: { preset: 'github', http, webhook: { secrets: secret('WEBHOOK') } } } },
      ENVIRONMENT,
    );
    expect(parts.faults).toEqual([]);
    expect(parts.sections.get('github', httpSection)).toMatchObject({
      baseUrl: 'https://api.github.com',
      headers: { 'X-Own': '1', Accept: 'application/vnd.github+json' },
    });
    expect(parts.sections.get('github', webhookSection)).toMatchObject({ sender: 'github' });
  });

  it('stands over the defaults for all, and below the settings and the environment', () => {
    const { providers } = readResilience(
      {
        defaults: { retry: { attempts: 9, backoff: { factor: 3 } } },
        providers: { openai: { preset: 'openai', retry: { backoff: { max: '20s' } } } },
      },
      { environment: { RESILIENCE__OPENAI__TIMEOUT__ATTEMPT: '1m' }, sections },
    );
    const [{ settings, top, own, faults }] = providers as [(typeof providers)[number]];
    expect(faults).toEqual([]);
    expect(settings).toEqual({
      retry: { attempts: 3, backoff: { initial: '500ms', max: '20s', factor: 3 } },
      timeout: { attempt: '10m', total: '31m' },
    });
    expect(top).toEqual({ timeout: { attempt: '1m' } });
    expect(own).toEqual({ retry: { backoff: { max: '20s' } }, timeout: { attempt: '1m' } });
  });

  it('may be named by the environment', () => {
    const { parts } = startResilience(
      { providers: { payments: { http: {} } } },
      { RESILIENCE__PAYMENTS__PRESET: 'stripe' },
    );
    expect(parts.faults).toEqual([]);
    expect(parts.sections.get('payments', httpSection)).toMatchObject({ baseUrl: 'https://api.stripe.com/v1' });
  });

  it('that is unknown is a fault at boot', () => {
    const { parts } = startResilience({ providers: { payments: { preset: 'strype' as never } } });
    expect(parts.faults).toContainEqual({
      path: 'resilience.providers.payments.preset',
      message: expect.stringContaining("unknown preset; did you mean 'stripe'?"),
    });
  });

  it('does not warn of policies that the preset brings and no method applies', async () => {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ strict: true, providers: { payments: { preset: 'stripe' } } })],
      providers: [PaymentsClient],
    }).compile();
    await module.init();
    expect(await module.get(PaymentsClient).charge('order-1')).toBe('order-1');
    expect(module.get(Resilience).snapshot().providers).toHaveLength(1);
    await module.close();
  });

  it('names senders that are known', () => {
    const known = new Set(senders.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
    const named = presets.flatMap(({ facts }) => facts.flatMap(({ completes }) => completes?.webhook?.sender ?? []));
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((sender) => !known.has(sender))).toEqual([]);
  });
});
