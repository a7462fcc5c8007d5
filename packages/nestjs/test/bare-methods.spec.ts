import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Resilient } from '../src/decorators/resilient.decorator.js';
import { Retry } from '../src/decorators/retry.decorator.js';
import { Resilience } from '../src/resilience.js';

@Injectable()
@Resilient('payments')
class PaymentsClient {
  calls = 0;

  @Retry({ attempts: 3 })
  async charge(): Promise<void> {
    this.calls++;
    throw new Error('down');
  }
}

async function callsIn(providers: Parameters<typeof Test.createTestingModule>[0]['providers']): Promise<number> {
  const module = await Test.createTestingModule({ providers: [PaymentsClient, ...(providers ?? [])] }).compile();
  await expect(module.get(PaymentsClient).charge()).rejects.toThrow('down');
  return module.get(PaymentsClient).calls;
}

/** Answers every property, as mocks of some libraries do. */
const MOCK = new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : () => undefined) });

describe('a testing module with the decorated class alone', () => {
  it.each([
    ['an empty object', {}],
    ['a mock that has every property', MOCK],
  ])('runs the bare method with %s in the place of Resilience', async (_what, useValue) => {
    expect(await callsIn([{ provide: Resilience, useValue }])).toBe(1);
  });

  it('is told by Nest what is missing without it: an application must not run unprotected', async () => {
    await expect(callsIn([])).rejects.toThrow(/import ResilienceModule\.forRoot\(\) in the root module/);
  });
});
