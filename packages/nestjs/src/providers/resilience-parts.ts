import { MemoryStore, SystemClock, type Clock, type Fault, type Store } from '@breakwater/core';
import { readResilience } from '../config/read-resilience.js';
import type { ModuleOptions } from '../config/module-options.js';
import type { Section } from '../config/section.js';
import { EnvironmentSecrets, type SecretReader } from '../fields/secret-reader.js';
import { ProviderRegistry } from './provider-registry.js';
import { ProviderSections } from './provider-sections.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What one application's resilience is made of. The module makes it once and injects it where this package needs it. */
export class ResilienceParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly secrets: SecretReader;
  readonly registry: ProviderRegistry;
  readonly sections: ProviderSections;
  /** Settings that have no effect. */
  readonly warnings: readonly Fault[];
  private readonly ownsStore: boolean;

  constructor(options: ModuleOptions, sections: readonly Section[], environment: Environment = process.env) {
    const read = readResilience(options, { environment, sections });
    const { clock = new SystemClock(), store } = read.options;
    this.clock = clock;
    this.ownsStore = store === undefined;
    this.store = store ?? new MemoryStore({ clock });
    this.secrets = new EnvironmentSecrets(environment);
    this.registry = new ProviderRegistry(read, { clock, store: this.store, sections });
    this.sections = new ProviderSections(read.providers, sections, this.secrets);
    this.warnings = read.warnings;
  }

  /** Everything that is wrong with the settings. */
  get faults(): readonly Fault[] {
    return [...this.registry.faults, ...this.sections.faults];
  }

  /** Releases every timer and waiting call, and the store if it was made here. */
  async close(): Promise<void> {
    this.registry.close();
    this.clock.close();
    if (this.ownsStore) await this.store.close();
  }
}
