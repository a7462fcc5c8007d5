import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Bulkhead, CircuitBreaker, RateLimited, Resilient, Retry, Timeout } from '../index.js';
import { ResilienceModule } from '../resilience.module.js';

const FIVE_POLICIES = {
  retry: { attempts: 1 },
  circuitBreaker: {},
  rateLimit: { limit: 100 },
  bulkhead: { concurrency: 10 },
  timeout: { attempt: '1s' },
} as const;

@Injectable()
@Resilient('payments')
class PaymentsClient {
  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  async charge(): Promise<never> {
    throw new Error('not enough money');
  }

  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  async refund(): Promise<never> {
    await Promise.resolve();
    throw new Error('nothing to refund');
  }

  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  async cancel(): Promise<never> {
    await Promise.resolve();
    throw new Error('nothing to cancel');
  }
}

async function stackOf(
  method: 'charge' | 'refund' | 'cancel',
  settings: object,
  trackCalls: boolean,
): Promise<string[]> {
  const providers = { payments: settings };
  const module = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ trackCalls, providers })],
    providers: [PaymentsClient],
  }).compile();
  const client = module.get(PaymentsClient);
  async function placeAnOrder(): Promise<unknown> {
    // Awaited: V8 finds the callers of an async function by what waits for it.
    return await client[method]();
  }
  const error = await placeAnOrder().catch((caught: unknown) => caught as Error);
  await module.close();
  return (error as Error).stack!.split('\n').slice(1);
}

describe('the stack trace of an error in a decorated method', () => {
  let limit: number;
  beforeEach(() => {
    limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 10;
  });
  afterEach(() => {
    Error.stackTraceLimit = limit;
  });

  it.each([
    ['with five policies', FIVE_POLICIES, true],
    [
      'with five policies and a limit for all attempts',
      { ...FIVE_POLICIES, timeout: { attempt: '1s', total: '5s' } },
      true,
    ],
    ['where calls are not tracked', FIVE_POLICIES, false],
  ])('shows the caller within the ten frames of Node: %s', async (_name, settings, trackCalls) => {
    const frames = await stackOf('charge', settings, trackCalls);
    // By file: source maps rename the functions.
    expect(frames[0]).toContain('stack-trace.spec.ts');
    expect(frames.slice(1).some((frame) => frame.includes('stack-trace.spec.ts'))).toBe(true);
  });

  it.each([true, false])(
    'shows it also after a wait, where no timeout may end the call (tracked: %s)',
    async (tracked) => {
      const { timeout: _left, ...settings } = FIVE_POLICIES;
      const frames = await stackOf('refund', settings, tracked);
      expect(frames.slice(1).some((frame) => frame.includes('stack-trace.spec.ts'))).toBe(true);
    },
  );

  it.each([true, false])(
    'shows it also after a wait where timeouts may end the call (tracked: %s)',
    async (tracked) => {
      const settings = { ...FIVE_POLICIES, timeout: { attempt: '1s', total: '5s' } };
      const frames = await stackOf('cancel', settings, tracked);
      expect(frames.slice(1).some((frame) => frame.includes('stack-trace.spec.ts'))).toBe(true);
    },
  );
});
