import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

describe('what is no name of a provider', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['1', 1],
  ])('is refused with what was given, and what is expected: %s', async (shown, name) => {
    const imports = [ResilienceModule.forRoot({ providers: { payments: { retry: {} } } })];
    const app = await Test.createTestingModule({ imports }).compile();
    const resilience = app.get(Resilience);
    const message = `${shown} given; expected the name of a provider`;
    expect(() => resilience.provider(name as string)).toThrow(new TypeError(`Resilience.provider: ${message}`));
    const patch = { retry: { attempts: 2 } };
    expect(() => resilience.reconfigure(name as string, patch)).toThrow(
      new TypeError(`Resilience.reconfigure: ${message}`),
    );
    await app.close();
  });
});
