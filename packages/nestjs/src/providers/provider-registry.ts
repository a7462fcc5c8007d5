import {
  ResilienceConfigurationError,
  type Clock,
  type Fault,
  type ResilienceEvent,
  type Store,
} from '@breakwater/core';
import {
  EventHub,
  LiveProvider,
  settings as messages,
  systemRandom,
  type Entrance,
  type ProviderHttp,
  type ProviderParts,
} from '@breakwater/core/adapter';
import type { ReadResilience } from '../config/read-resilience.js';
import { providerPath } from '../config/provider-path.js';
import { withoutSections } from '../config/read-sections.js';
import type { Section } from '../config/section.js';

/** The parts that all providers of an application share. */
export interface SharedParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly sections: readonly Section[];
  /** Every attempt enters here first. */
  readonly entrance?: Entrance;
  /** How a provider is reached over HTTP, asked at each use. */
  httpOf(provider: string): ProviderHttp;
  /** Is told of mistakes in how calls are made. */
  warn(message: string): void;
}

const NO_PROVIDERS = "none: where the settings stand in ConfigModule's 'resilience' namespace, it needs isGlobal: true";

/** The providers of one application, by name. */
export class ProviderRegistry {
  readonly events = new EventHub<ResilienceEvent>();
  /** Faults of the settings; raised at boot together with those of their use. */
  readonly faults: readonly Fault[];
  private readonly providers = new Map<string, LiveProvider>();

  constructor(read: ReadResilience, { clock, store, sections, entrance, httpOf, warn }: SharedParts) {
    const { trackCalls } = read.options;
    // Code that reads the current call after an `await` finds it only where calls are tracked.
    const areRead = sections.some(
      ({ name, readsCalls }) => readsCalls && read.providers.some((p) => p.sections.has(name)),
    );
    const common = {
      clock,
      store,
      catalog: read.catalog,
      events: this.events,
      random: systemRandom,
      ...(entrance && { entrance }),
      trackCalls: trackCalls !== false || areRead,
      sections: Object.fromEntries(sections.map((section) => [section.name, 'Resilience.reconfigure'])),
    };
    for (const { name, settings, top } of read.providers) {
      const parts: ProviderParts = {
        ...common,
        name,
        http: httpOf(name),
        warn,
        settings: withoutSections(sections, settings),
        top: withoutSections(sections, top),
        path: providerPath(name),
      };
      this.providers.set(name, new LiveProvider(parts));
    }
    this.faults = [
      ...read.faults,
      ...read.providers.flatMap(({ name, faults }) => [...faults, ...this.providers.get(name)!.faults]),
    ];
  }

  get names(): readonly string[] {
    return [...this.providers.keys()];
  }

  get all(): readonly LiveProvider[] {
    return [...this.providers.values()];
  }

  has(name: string): boolean {
    return this.providers.has(name);
  }

  /** A provider by name. Throws an error that lists the known ones when there is none. */
  provider(name: string): LiveProvider {
    const provider = this.providers.get(name);
    if (provider === undefined)
      throw new ResilienceConfigurationError([
        { path: `provider '${messages.shownUserName(name)}'`, message: this.unknownProvider() },
      ]);
    return provider;
  }

  /** The message for a name that no provider has. */
  unknownProvider(): string {
    const known = this.names.map((name) => `'${messages.shownUserName(name)}'`).join(', ') || NO_PROVIDERS;
    return `there is no such provider in the resilience settings; known are ${known}`;
  }

  /** Refuses every call that waits, now or later; nothing is retried any more. */
  close(): void {
    for (const provider of this.providers.values()) provider.close();
  }
}
