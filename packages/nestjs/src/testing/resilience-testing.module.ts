import { TestClock } from '@breakwater/core/testing';
import { Global, Inject, Module, Optional, type DynamicModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { secret } from '../config/fields/secret.js';
import { SECRETS } from '../config/fields/secret-reader.js';
import { PlaceholderSecrets } from './placeholder-secrets.js';
import { CLOCK } from '../config/clock-token.js';
import { ResilienceParts } from '../providers/resilience-parts.js';
import { ResilienceModule, type ResilienceModuleOptions } from '../resilience.module.js';

const SECRETS_PROVIDER = { provide: SECRETS, useFactory: () => new PlaceholderSecrets(process.env) };
const CLOCK_PROVIDER = { provide: CLOCK, useFactory: () => new TestClock(Date.now()) };

/**
 * The resilience of an application under test, with a clock that stands still, today, until it is told to advance.
 * Imported as it is, beside the application's own module, it gives the clock to the `ResilienceModule` of that;
 * `forRoot` brings one for parts that have none.
 */
@Global()
@Module({ providers: [CLOCK_PROVIDER, SECRETS_PROVIDER], exports: [CLOCK_PROVIDER, SECRETS_PROVIDER] })
export class ResilienceTestingModule {
  constructor(
    @Optional() @Inject(ResilienceParts) private readonly imported: ResilienceParts | undefined,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    return {
      module: ResilienceTestingModule,
      imports: [ResilienceModule.forRoot(options)],
    };
  }

  /** The clock of the application. Throws a `TypeError` when another kind of clock was given. */
  get clock(): TestClock {
    const { clock } = this.parts;
    if (clock instanceof TestClock) return clock;
    throw new TypeError('ResilienceTestingModule: the application was given a clock that is no TestClock');
  }

  /** The value of a secret under test: its environment variable's, or a placeholder where that is not set. */
  secret(name: string): string {
    return this.parts.secrets.reveal(secret(name));
  }

  /**
   * Opens a provider's circuit, or the one that an operation such as `'PaymentsClient.refund'` has to itself. Throws
   * when there is none.
   */
  forceOpen(provider: string, operation?: string): void {
    this.circuitOf(provider, operation).forceOpen();
  }

  forceClosed(provider: string, operation?: string): void {
    this.circuitOf(provider, operation).forceClosed();
  }

  /** Those of a `ResilienceModule` that is not global have to be looked for. */
  private get parts(): ResilienceParts {
    return this.imported ?? this.moduleRef.get(ResilienceParts, { strict: false });
  }

  private circuitOf(name: string, operation?: string) {
    const provider = this.parts.registry.provider(name);
    const circuit = operation === undefined ? provider.circuitBreaker : provider.circuitBreakerOf(operation);
    if (circuit !== undefined) return circuit;
    throw new TypeError(
      operation === undefined
        ? `'${name}' has no circuit breaker, or no method that uses it has been linked`
        : `'${operation}' has no circuit breaker to itself: without the operation, the one of '${name}' is meant`,
    );
  }
}
