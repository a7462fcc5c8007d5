import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/provider/create-provider.js';
import { definePolicy, settings, type Gate } from '../src/index.js';
import { catalog } from '../src/policies/catalog.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';
import { policyContract } from '../src/testing/policy-contract.js';
import { recordEvents } from '../src/testing/record-events.js';
import { TestClock } from '../src/testing/test-clock.js';
import { businessHours } from './business-hours.fixture.js';

function providerWith(options: object) {
  const clock = new TestClock();
  const provider = createProvider('bank', options as ProviderOptions, { clock, policies: [businessHours] });
  return { clock, provider };
}

describe('a policy of the user’s own', () => {
  policyContract(businessHours, { options: { from: 0, to: 24 } });

  it('refuses as a gate of the engine does, and shows and tells it', async () => {
    const { clock, provider } = providerWith({ businessHours: { from: 8, to: 18 }, circuitBreaker: true });
    const events = recordEvents(provider);
    await expect(provider.execute(() => 'open')).rejects.toMatchObject({
      code: 'OUTSIDE_BUSINESS_HOURS',
      provider: 'bank',
      retryAfterMs: 28_800_000,
    });
    expect(events.all).toMatchObject([{ type: 'businessHours.refused', detail: { retryAfterMs: 28_800_000 } }]);
    expect(provider.snapshot().policies).toContainEqual({ kind: 'businessHours', from: 8, to: 18, refused: 1 });
    await clock.advance('8h');
    expect(await provider.execute(() => 'open')).toBe('open');
  });

  it('takes nothing from a snapshot but itself where its own throws, and is told of once a minute', async () => {
    class Broken implements Gate<undefined> {
      readonly kind = 'broken';
      enter(): undefined {}
      leave(): void {}
      snapshot(): object {
        throw new RangeError('no such hour');
      }
    }
    const broken = definePolicy({ kind: 'broken', scope: 'provider', schema: settings.options({}), policy: Broken });
    const options = { broken: {}, circuitBreaker: true } as ProviderOptions;
    const clock = new TestClock();
    const provider = createProvider('bank', options, { clock, policies: [broken] });
    const events = recordEvents(provider);
    for (let second = 0; second < 100; second++) {
      expect(provider.snapshot().policies).toMatchObject([{ kind: 'circuitBreaker' }]);
      await clock.advance('1s');
    }
    const failed = { type: 'callback.failed', detail: { callback: 'broken.snapshot', reason: 'no such hour' } };
    expect(events.all).toMatchObject([failed, failed]);
  });

  it('has its settings checked with all others', () => {
    expect(() => providerWith({ businessHours: { from: 25, until: 3 } })).toThrow(
      /bank\.businessHours\.from: 25 given/,
    );
    expect(() => providerWith({ busynessHours: {} })).toThrow(/did you mean 'businessHours'/);
    expect(() => createProvider('bank', { businessHours: {} } as ProviderOptions)).toThrow(/unknown setting/);
  });

  it('has them merged for single methods and taken over while the provider runs', async () => {
    const { provider } = providerWith({
      businessHours: { from: 8, to: 18 },
      methods: { status: { businessHours: { from: 0 } } },
    });
    expect(await provider.execute(() => 'open', { operation: 'status' })).toBe('open');
    await expect(provider.execute(() => 'open')).rejects.toMatchObject({ code: 'OUTSIDE_BUSINESS_HOURS' });
    provider.reconfigure({ businessHours: { from: 0 } } as ProviderOptions);
    expect(await provider.execute(() => 'open')).toBe('open');
  });

  it('has a name that no other has, and a place that there is', () => {
    expect(() => catalog.with([businessHours, businessHours])).toThrow(/there is a setting of this name already/);
    expect(() => catalog.with([{ ...businessHours, before: 'retyr' }])).toThrow(/did you mean 'retry'/);
  });

  it('says how much its events matter and how callers are told of its refusals', () => {
    const extended = catalog.with([businessHours]);
    expect(extended.levelOf('businessHours.refused')).toBe('info');
    expect(extended.answerTo('OUTSIDE_BUSINESS_HOURS')).toMatchObject({ status: 503 });
  });
});
