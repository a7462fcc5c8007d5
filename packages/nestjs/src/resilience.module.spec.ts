import { afterEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '@breakwater/core/testing';
import { Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { Resilient } from './decorators/resilient.decorator.js';
import { Timeout } from './decorators/timeout.decorator.js';
import { ResilienceParts } from './providers/resilience-parts.js';
import { ResilienceModule } from './resilience.module.js';

type Import = Type | DynamicModule | Promise<DynamicModule>;

async function boot(...imports: readonly Import[]) {
  const module = await Test.createTestingModule({ imports: [...imports] }).compile();
  await module.init();
  return module;
}

const namespace = (value: unknown) =>
  ConfigModule.forRoot({
    isGlobal: true,
    ignoreEnvFile: true,
    load: [registerAs('resilience', () => value as object)],
  });

describe('options of the module that are no object', () => {
  const FORMS: readonly (readonly [unknown, string])[] = [
    ['sk_live_TOPSECRET42', 'text'],
    [5, '5'],
    [['retry'], 'a list'],
    [null, 'null'],
    [() => ({}), 'a function'],
  ];

  it.each(FORMS)('are one fault: forRoot(%p)', async (given, shown) => {
    const booting = boot(ResilienceModule.forRoot(given as never));
    await expect(booting).rejects.toThrow(
      `1 fault in the resilience settings:\n  resilience (forRoot): ${shown} given; expected an object of options`,
    );
  });

  it.each(FORMS)('are one fault where a factory makes them: %p', async (given, shown) => {
    const booting = boot(ResilienceModule.forRootAsync({ useFactory: () => given as never }));
    await expect(booting).rejects.toThrow(`resilience (forRoot): ${shown} given; expected an object of options`);
  });

  it.each(FORMS.filter(([given]) => given !== null))('are one fault in the namespace: %p', async (given, shown) => {
    const booting = boot(namespace(given), ResilienceModule.forRoot());
    await expect(booting).rejects.toThrow(`resilience (the namespace of ConfigService): ${shown} given`);
  });
});

describe('a variable that is called like the namespace', () => {
  afterEach(() => {
    delete process.env['resilience'];
  });

  it('is not taken for its settings', async () => {
    process.env['resilience'] = 'false';
    const options = { providers: { payments: { retry: true } }, logger: false };
    const module = await boot(
      ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true }),
      ResilienceModule.forRoot(options),
    );
    expect(module.get(ResilienceParts).registry.names).toEqual(['payments']);
    await module.close();
  });
});

describe('an application that is closed twice at once, as Nest 11 does where a signal comes meanwhile', () => {
  @Injectable()
  @Resilient('payments')
  class PaymentsClient {
    @Timeout('1h')
    charge(work: Promise<void>): Promise<void> {
      return work;
    }
  }

  async function closedTwice() {
    const clock = new TestClock();
    const options = { providers: { payments: {} }, clock, shutdown: { grace: '10s' } } as const;
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(options)],
      providers: [PaymentsClient],
    })
      .setLogger({ log() {}, error() {}, warn: (message: string) => void warnings.push(message) })
      .compile();
    await module.init();
    const warnings: string[] = [];
    let end!: () => void;
    const call = module.get(PaymentsClient).charge(new Promise((resolve) => (end = resolve)));
    const failed: unknown[] = [];
    call.catch((error: unknown) => failed.push(error));
    const resilience = module.get(ResilienceModule);
    const closed: string[] = [];
    for (const which of ['once', 'twice'])
      void resilience
        .beforeApplicationShutdown()
        .then(() => resilience.onApplicationShutdown())
        .then(() => closed.push(which));
    return { clock, end, failed, closed, warnings };
  }

  it('ends with its last call, and not after the whole grace period', async () => {
    const { clock, end, closed } = await closedTwice();
    await clock.advance('1s');
    expect(closed).toEqual([]);
    end();
    await clock.advance(1);
    expect(closed).toEqual(['once', 'twice']);
  });

  it('tells once how many calls it has aborted', async () => {
    const { clock, failed, warnings } = await closedTwice();
    await clock.advance('11s');
    expect(failed).toEqual([expect.objectContaining({ code: 'SHUTTING_DOWN' })]);
    expect(warnings).toEqual(['1 call outlasted shutdown.grace: aborted']);
  });
});

describe('the bare class in the place of forRoot()', () => {
  it('is refused with what to write', async () => {
    await expect(boot(ResilienceModule)).rejects.toThrow(/import ResilienceModule\.forRoot\(\) in the root module/);
  });

  it('is the application’s own module where that is imported, too', async () => {
    @Module({ imports: [ResilienceModule] })
    class FeatureModule {}
    const module = await boot(ResilienceModule.forRoot({ providers: { payments: {} } }), FeatureModule);
    expect(module.get(ResilienceParts).registry.names).toEqual(['payments']);
    await module.close();
  });
});
