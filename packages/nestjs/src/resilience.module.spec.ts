import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { Test } from '@nestjs/testing';
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
