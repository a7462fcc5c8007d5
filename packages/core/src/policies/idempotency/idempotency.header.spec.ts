import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ExecuteOptions, ResilientProvider } from '../../provider/resilient-provider.js';
import { TestClock } from '../../testing/test-clock.js';

const SETTINGS = {
  retry: { attempts: 3, backoff: { initial: 0, jitter: 'none' } },
  idempotency: { header: 'X-Key' },
  methods: { refund: { idempotency: { header: 'X-Refund-Key' } } },
} as const;

function providerWith(more: object = {}): ResilientProvider {
  return createProvider('payments', { ...SETTINGS, ...more }, { clock: new TestClock() });
}

/** The header of each attempt of a call that fails until the last. */
async function headersOf(provider: ResilientProvider, options: ExecuteOptions = {}): Promise<unknown[]> {
  const headers: unknown[] = [];
  const work = ({ idempotencyHeader }: { idempotencyHeader: string | undefined }) => {
    if (headers.push(idempotencyHeader) < 3) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
  };
  await provider.execute(work, options).catch(() => undefined);
  return headers;
}

describe('the header of an idempotency key', () => {
  it('is that of the settings in every attempt, those of the operation being the stronger', async () => {
    expect(await headersOf(providerWith())).toEqual(['X-Key', 'X-Key', 'X-Key']);
    expect((await headersOf(providerWith(), { operation: 'refund' }))[0]).toBe('X-Refund-Key');
  });

  it('is the usual one where no setting names another, and there is none without a key', async () => {
    expect((await headersOf(providerWith({ idempotency: true })))[0]).toBe('Idempotency-Key');
    expect((await headersOf(providerWith({ idempotency: false })))[0]).toBeUndefined();
    expect((await headersOf(createProvider('bare', {}), { idempotencyKey: 'order-1' }))[0]).toBe('Idempotency-Key');
  });

  it('is a new one from the next call on', async () => {
    const provider = providerWith();
    provider.reconfigure({ idempotency: { header: 'X-New-Key' } });
    expect((await headersOf(provider))[0]).toBe('X-New-Key');
  });

  it('is the same where the policy is left out or switched off and the caller brings the key', async () => {
    const given = { idempotencyKey: 'order-1' };
    expect((await headersOf(providerWith(), { ...given, policies: ['retry'] }))[0]).toBe('X-Key');
    expect((await headersOf(providerWith({ enabled: false }), { ...given, operation: 'refund' }))[0]).toBe(
      'X-Refund-Key',
    );
  });
});
