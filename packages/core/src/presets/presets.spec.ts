import { describe, expect, it } from '@jest/globals';
import { createProvider, type ProviderOptions } from '../index.js';
import { readPreset } from './read-preset.js';
import { presets } from './presets.js';

/** The layer of a provider that has a preset and these settings. */
function layerOf(own: object, defaults: object = {}) {
  return readPreset(own as never, 'payments', defaults as never);
}

describe('presets', () => {
  it.each(presets.map((preset) => [preset.name, preset] as const))('%s has settings that can be used', (name) => {
    const options = { preset: name, http: {}, rateLimit: {} } as ProviderOptions;
    const { layer } = layerOf(options);
    const needsQuota = (layer['rateLimit'] as object | undefined) ?? {};
    const hasQuota = ['limit', 'bucket', 'quotas'].some((option) => option in needsQuota);
    const provider = createProvider(name, hasQuota ? options : { ...options, rateLimit: { limit: 1, per: '1s' } });
    expect(provider.name).toBe(name);
    provider.close();
  });

  it.each(presets.map((preset) => [preset.name, preset] as const))('%s says where each fact stands', (_, { facts }) => {
    for (const { source, says, settings, completes } of facts) {
      expect(source).toMatch(/^https:\/\//);
      expect(says).toMatch(/^[^A-Z].*[^.]$|^100/);
      expect([settings, completes].some((each) => each !== undefined)).toBe(true);
    }
  });

  it('stand below what the settings say', () => {
    const stripe = layerOf({ preset: 'stripe', rateLimit: { limit: 25 }, idempotency: { ttl: '1h' } });
    expect(stripe.layer).toMatchObject({
      rateLimit: { limit: 100, per: '1s', profile: 'stripe' },
      idempotency: { header: 'Idempotency-Key' },
    });
    const provider = createProvider('payments', { preset: 'stripe', rateLimit: { limit: 25 } });
    provider.close();
  });

  it('leave out their quota where the settings, or their place of the key where they, speak in another way', () => {
    const own = { preset: 'stripe', rateLimit: { bucket: 10, refill: 1, per: '1s' }, idempotency: { body: 'key' } };
    expect(layerOf(own).layer).toEqual({
      rateLimit: { profile: 'stripe' },
      idempotency: { maxLength: 255, window: '24h' },
    });
  });

  it('take the place of defaults for all that speak in another way', () => {
    const defaults = { rateLimit: { limit: 10, per: '1s', wait: '2s' }, retry: { attempts: 5 } };
    const xero = layerOf({ preset: 'xero' }, defaults);
    expect(xero.defaults).toEqual({ rateLimit: { wait: '2s' }, retry: { attempts: 5 } });
  });

  it('say how a provider is reached, and who signs its webhooks, only where the settings speak of that', () => {
    expect(layerOf({ preset: 'github' }).layer).not.toHaveProperty('http');
    expect(layerOf({ preset: 'github', http: {} }).layer).toMatchObject({
      http: { baseUrl: 'https://api.github.com' },
    });
    expect(layerOf({ preset: 'github', webhook: {} }).layer).toMatchObject({ webhook: { sender: 'github' } });
    expect(layerOf({ preset: 'openai' }).layer).not.toHaveProperty('rateLimit');
    expect(layerOf({ preset: 'openai', rateLimit: {} }).layer).toMatchObject({ rateLimit: { profile: 'openai' } });
  });

  it('that are unknown are a fault, which names the one that was probably meant and shows no secret', () => {
    expect(() => createProvider('payments', { preset: 'strpie' as never })).toThrow(
      /payments\.preset: unknown preset; did you mean 'stripe'\?/,
    );
    const secret = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
    expect(layerOf({ preset: secret }).faults[0]!.message).not.toContain(secret);
    expect(layerOf({ preset: 7 }).faults[0]!.message).toMatch(/^expected one of adyen, /);
  });

  it('answer with their limit until the quota is spent', async () => {
    const provider = createProvider('tables', { preset: 'airtable' });
    const calls = Array.from({ length: 6 }, () =>
      provider.execute(async () => 'read').catch((e: { code: string }) => e.code),
    );
    expect(await Promise.all(calls)).toEqual(['read', 'read', 'read', 'read', 'read', 'RATE_LIMITED']);
    provider.close();
  });
});
