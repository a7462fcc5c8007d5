import {
  Inject,
  Module,
  type DynamicModule,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { settings } from '@breakwater/core/adapter';
import { ApplicationResilience } from './boot/application-resilience.js';
import { otherCopies } from './boot/other-copies.js';
import { ResilienceExplorer } from './boot/resilience.explorer.js';
import { CLOCK } from './config/clock-token.js';
import { SECRETS } from './config/fields/secret-reader.js';
import { ResilienceExceptionFilter } from './filters/resilience-exception.filter.js';
import { applicationParts } from './composition/application-parts.js';
import { injectableProviders } from './composition/injectable-providers.js';
import { ResilienceParts } from './providers/resilience-parts.js';
import { Resilience } from './resilience.js';
import type { ResilienceOptions } from './composition/resilience.options.js';
import { RawBodyProbe } from './inbound/webhooks/raw-body/raw-body.probe.js';
import { WebhookRoutes } from './inbound/webhooks/webhook-routes.js';

/** The settings of an application, given in code. */
export interface ResilienceModuleOptions extends ResilienceOptions {
  /** Whether the module serves the whole application. Default true. */
  isGlobal?: boolean;
}

/** Makes the options of a `ResilienceModule`. */
export interface ResilienceOptionsFactory {
  createResilienceOptions(): ResilienceOptions | Promise<ResilienceOptions>;
}

/** How the module's options are made when the application starts: by one of `useFactory`, `useClass`, `useExisting`. */
export interface ResilienceModuleAsyncOptions extends Pick<DynamicModule, 'imports'> {
  isGlobal?: boolean;
  inject?: NonNullable<Extract<Provider, { useFactory: unknown }>['inject']>;
  useFactory?: (...args: never[]) => ResilienceOptions | Promise<ResilienceOptions>;
  useClass?: Type<ResilienceOptionsFactory>;
  useExisting?: Type<ResilienceOptionsFactory>;
}

const OPTIONS = Symbol.for('breakwater.options');

/**
 * Makes an application's calls to third parties resilient. Its settings stand in the `resilience` namespace of
 * `ConfigService`, in `forRoot`'s options, or both: what the options say of a provider is laid over what the namespace
 * says of it.
 */
@Module({})
export class ResilienceModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Resilience');

  private readonly parts: ResilienceParts;

  constructor(@Optional() @Inject(ResilienceParts) parts?: ResilienceParts) {
    if (parts === undefined)
      throw new TypeError('ResilienceModule: import ResilienceModule.forRoot() in the root module, not the bare class');
    this.parts = parts;
  }

  /**
   * Imported once, by the root module. All faults of the settings are one `ResilienceConfigurationError` at boot.
   */
  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    // Listed as a fault with all others.
    if (!settings.isPlain(options as unknown)) return moduleOf(true, [{ provide: OPTIONS, useValue: options }], []);
    const { isGlobal = true, ...rest } = options;
    return moduleOf(isGlobal, [{ provide: OPTIONS, useValue: rest }], []);
  }

  /** The same with options that are made of other providers, such as `ConfigService`. */
  static forRootAsync(options: ResilienceModuleAsyncOptions): DynamicModule {
    return moduleOf(options.isGlobal ?? true, asyncOptions(options), options.imports ?? []);
  }

  /** Before Nest drains its servers: requests that wait for a call would otherwise hold up the end. */
  async beforeApplicationShutdown(): Promise<void> {
    const aborted = await this.parts.drain();
    if (aborted > 0)
      this.logger.warn(`${aborted === 1 ? '1 call' : `${aborted} calls`} outlasted shutdown.grace: aborted`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.close();
  }
}

function moduleOf(
  global: boolean,
  options: readonly Provider[],
  imports: NonNullable<DynamicModule['imports']>,
): DynamicModule {
  const fixed: readonly Provider[] = [
    ...options,
    {
      provide: ResilienceParts,
      useFactory: applicationParts,
      inject: [
        OPTIONS,
        { token: ConfigService, optional: true },
        { token: CLOCK, optional: true },
        { token: SECRETS, optional: true },
      ],
    },
    { provide: Resilience, useFactory: (parts) => new ApplicationResilience(parts), inject: [ResilienceParts] },
    { provide: APP_FILTER, useClass: ResilienceExceptionFilter },
    ResilienceExplorer,
    RawBodyProbe,
    WebhookRoutes,
  ];
  return {
    module: ResilienceModule,
    global,
    imports: [DiscoveryModule, ...imports],
    // Read when the application is made, after every decorator has named what it wants injected.
    get providers() {
      return [...fixed, ...namedProviders()];
    },
    get exports() {
      return [
        Resilience,
        ResilienceParts,
        ...namedProviders().map((provider) => (provider as { provide: string }).provide),
      ];
    },
  };
}

/** Nest providers for all that is injected by name, or the reasons why it cannot be. */
function namedProviders(): readonly Provider[] {
  const provided = injectableProviders();
  return [...provided, ...otherCopies(provided)];
}

function asyncOptions(options: ResilienceModuleAsyncOptions): readonly Provider[] {
  const { inject = [], useFactory, useClass, useExisting } = options;
  if (useFactory !== undefined)
    return [{ provide: OPTIONS, inject, useFactory: useFactory as (...args: unknown[]) => unknown }];
  const factory = useClass ?? useExisting;
  if (factory === undefined) {
    throw new TypeError('ResilienceModule.forRootAsync: expected one of useFactory, useClass and useExisting');
  }
  return [
    ...(useClass === undefined ? [] : [useClass]),
    {
      provide: OPTIONS,
      inject: [factory],
      useFactory: (made: ResilienceOptionsFactory) => made.createResilienceOptions(),
    },
  ];
}
