import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Resilience } from '../../resilience.js';
import { providerHealth, type ProviderHealth } from './provider-health.js';

/** The providers that are looked at, and those of them that make the application down. */
export interface ResilienceHealthOptions {
  /** The providers to look at. Default: all. Throws at the check for a name that no provider has. */
  readonly providers?: readonly string[];
  /**
   * For which providers an open circuit makes the application *down*, so that a load balancer takes it out: `true` for
   * all. Default: none, because another host would reach the provider no better. Those that are named are looked at,
   * whatever `providers` says. Throws at the check for a name that no provider has.
   */
  readonly down?: boolean | readonly string[];
}

/**
 * Tells terminus of the circuits: an open or isolated one is *degraded*, unless `down` says that the application can do
 * nothing without that provider. terminus 11 knows no such status: there it is *up*, with `degraded: true`.
 */
@Injectable()
export class ResilienceHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Resilience) private readonly resilience: Resilience,
  ) {}

  /** The result under `key`, with the state of each provider that is not well in `providers`. */
  check<const Key extends string = 'resilience'>(
    key: Key = 'resilience' as Key,
    { providers, down = false }: ResilienceHealthOptions = {},
  ): HealthIndicatorResult<Key> {
    // Those that decide are looked at in any case, so that a name which no provider has is no silent "never down".
    const decisive = typeof down === 'boolean' ? [] : down;
    const names = new Set([...(providers ?? this.names()), ...decisive]);
    const looked = [...names].map((name) => providerHealth(this.resilience.provider(name).snapshot()));
    const ill = looked.filter(({ circuit }) => circuit !== 'closed');
    const isDown = (provider: ProviderHealth) =>
      provider.refuses && (typeof down === 'boolean' ? down : down.includes(provider.name));
    const data = { providers: Object.fromEntries(ill.map((provider) => [provider.name, shown(provider)])) };
    const session = this.indicators.check(key);
    if (ill.some(isDown)) return session.down(data);
    if (!ill.some(({ refuses }) => refuses)) return session.up(data);
    return typeof session.degraded === 'function' ? session.degraded(data) : session.up({ ...data, degraded: true });
  }

  private names(): readonly string[] {
    return this.resilience.snapshot().providers.map(({ name }) => name);
  }
}

function shown({ circuit, operations, openForMs }: ProviderHealth): object {
  return { circuit, ...(operations && { operations }), ...(openForMs !== undefined && { openForMs }) };
}
