import { TestClock } from '@breakwater/core/testing';
import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { Resilience } from '../resilience.js';
import { ResilienceModule, type ResilienceModuleOptions } from '../resilience.module.js';

/** The resilience of an application under test: a memory store, and a clock that stands still, today, until it is told to advance. */
@Module({})
export class ResilienceTestingModule {
  constructor(@Inject(Resilience) private readonly resilience: Resilience) {}

  static forRoot(options: ResilienceModuleOptions = {}): DynamicModule {
    return {
      module: ResilienceTestingModule,
      imports: [ResilienceModule.forRoot({ clock: new TestClock(Date.now()), ...options })],
    };
  }

  /** The clock of the application. Throws a `TypeError` when another kind of clock was given. */
  get clock(): TestClock {
    const { clock } = this.resilience;
    if (clock instanceof TestClock) return clock;
    throw new TypeError('ResilienceTestingModule: the application was given a clock that is no TestClock');
  }

  /** Opens a provider's circuit. Throws when the provider has none. */
  forceOpen(provider: string): void {
    this.circuitOf(provider).forceOpen();
  }

  forceClosed(provider: string): void {
    this.circuitOf(provider).forceClosed();
  }

  private circuitOf(provider: string) {
    const { circuitBreaker } = this.resilience.provider(provider);
    if (circuitBreaker === undefined)
      throw new TypeError(`'${provider}' has no circuit breaker, or no method that uses it has been linked`);
    return circuitBreaker;
  }
}
