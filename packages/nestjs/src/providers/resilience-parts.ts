import {
  MemoryStore,
  ResilienceConfigurationError,
  SystemClock,
  type Clock,
  type Eviction,
  type Fault,
  type ResilienceEvent,
  type Store,
} from '@breakwater/core';
import type { SecretsEvent } from '@breakwater/secrets';
import type { PolicyCatalog } from '@breakwater/core/adapter';
import { EventLog } from '../operations/logging/event-log.js';
import { RequestLog } from '../operations/logging/request-log.js';
import { CallsUnderWay } from '../operations/shutdown/calls-under-way.js';
import { Shutdown } from '../operations/shutdown/shutdown.js';
import { TrackedStore } from '../operations/shutdown/tracked-store.js';
import { withSource } from '../config/fault-source.js';
import { readResilience } from '../config/read-resilience.js';
import type { ModuleOptions } from '../config/module-options.js';
import type { Section } from '../config/section.js';
import { ManagedSecrets } from '../config/fields/managed-secrets.js';
import { EnvironmentSecrets, type SecretReader } from '../config/fields/secret-reader.js';
import { ProviderRegistry } from './provider-registry.js';
import { ProviderSections } from './provider-sections.js';

const GRACE_MS = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where an application stands. Default: the process, and the secrets in its environment. */
export interface Surroundings {
  readonly environment?: Environment;
  readonly secrets?: SecretReader | undefined;
  /** Everything that is wrong with how the options were given. */
  readonly faults?: readonly Fault[];
}

/**
 * The parts of one application's resilience. The module makes it once and injects it where this package needs it.
 */
export class ResilienceParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly secrets: SecretReader;
  readonly registry: ProviderRegistry;
  readonly sections: ProviderSections;
  /** The kinds of policies that the settings may name. */
  readonly catalog: PolicyCatalog;
  /** Settings that have no effect. */
  readonly warnings: readonly Fault[];
  /** Whether warnings are faults. */
  readonly strict: boolean;
  private readonly sources: ReadonlyMap<string, string>;
  private ownFaults: readonly Fault[];
  private readonly ownsStore: boolean;
  private readonly log: EventLog | undefined;
  private readonly shutdown: Shutdown;
  private readonly closings: (() => void)[] = [];
  private draining: Promise<number> | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: object, sections: readonly Section[], surroundings: Surroundings = {}) {
    const { environment = process.env, faults = [] } = surroundings;
    this.ownFaults = faults;
    const read = readResilience(options, { environment, sections });
    const { clock = new SystemClock(), store, memoryStore } = read.options;
    const secrets = surroundings.secrets ?? this.secretsOf(read.options, environment, clock);
    const onEvicted = (eviction: Eviction) => this.tellOfEviction(eviction);
    const tracked = new TrackedStore(store ?? new MemoryStore({ clock, onEvicted, ...memoryStore }), (error, key) =>
      this.tellOfStore(error, key),
    );
    const entrance = new CallsUnderWay();
    this.clock = clock;
    this.catalog = read.catalog;
    this.ownsStore = store === undefined;
    this.store = tracked;
    this.secrets = secrets;
    this.sections = new ProviderSections(read.providers, sections, this.secrets);
    const httpOf = (name: string) => this.sections.httpOf(name);
    const warn = (message: string) => this.warn(message);
    this.registry = new ProviderRegistry(read, { clock, store: tracked, sections, entrance, httpOf, warn });
    this.warnings = read.warnings;
    this.sources = read.sources;
    this.strict = read.options.strict === true;
    this.log = read.options.logger === false ? undefined : new EventLog(clock);
    if (this.log !== undefined) this.registry.events.on(this.log.note);
    this.shutdown = new Shutdown({ clock, calls: entrance, store: tracked, graceMs: graceOf(read.options) });
  }

  /** Reads the secrets that the settings refer to. Those that are not to be had are faults. */
  async loadSecrets(): Promise<void> {
    await this.secrets.load?.(this.sections.references.map(({ secret }) => secret));
  }

  private secretsOf({ secrets: given }: ModuleOptions, environment: Environment, clock: Clock): SecretReader {
    if (given === undefined) return new EnvironmentSecrets(environment);
    const options = 'sources' in given ? given : { sources: given };
    try {
      return new ManagedSecrets({ ...options, clock, onEvent: (event) => this.tellOfSecret(event) });
    } catch (error) {
      if (!(error instanceof ResilienceConfigurationError)) throw error;
      const wrong = error.faults.map(({ path, message }) => ({ path: `resilience.secrets: ${path}`, message }));
      this.ownFaults = [...this.ownFaults, ...wrong];
      return new EnvironmentSecrets(environment);
    }
  }

  /** Told to each provider that uses the secret. */
  private tellOfSecret({ type, ...detail }: SecretsEvent): void {
    for (const provider of this.sections.usersOf(detail.name)) {
      const event = { type: `secret.${type}`, provider, at: this.clock.wallNow(), detail };
      this.registry.events.emit(event as ResilienceEvent);
    }
  }

  /** Keys begin with what they are for, and the provider: `idempotency:payments:…`. */
  private tellOfStore(error: unknown, key: string): void {
    const [, provider = 'store'] = key.split(':');
    const reason = error instanceof Error ? error.message : String(error);
    this.registry.events.emit({ type: 'store.unavailable', provider, at: this.clock.wallNow(), detail: { reason } });
  }

  private tellOfEviction({ share, evicted }: Eviction): void {
    const [, provider = 'store'] = share.split(':');
    this.registry.events.emit({
      type: 'store.evicted',
      provider,
      at: this.clock.wallNow(),
      detail: { share, evicted },
    });
  }

  /** Everything that is wrong with the settings. */
  get faults(): readonly Fault[] {
    const all = [...this.ownFaults, ...this.registry.faults, ...this.sections.faults];
    return all.map((fault) => withSource(fault, this.sources));
  }

  hasProvider(name: string): boolean {
    return this.registry.has(name);
  }

  /** A context of the log for what requests bring about; silent where the application's log is. */
  requestLog(context: string): RequestLog {
    return this.log?.ofRequests(context) ?? new RequestLog(context, undefined);
  }

  /** Writes a warning to the log. */
  warn(message: string): void {
    this.log?.warn(message);
  }

  /** Refuses everything that waits, and lets work that is under way end. Returns how many calls had to be aborted. */
  drain(): Promise<number> {
    // Nest 11 closes an application twice at once where a signal comes while it is being closed.
    if (this.draining !== undefined) return this.draining.then(() => 0);
    this.registry.close();
    return (this.draining = this.shutdown.drain());
  }

  /** Has something else end with the application. */
  onClose(closing: () => void): void {
    this.closings.push(closing);
  }

  /** Refuses every further call, and releases every timer, and the store if it was made here. */
  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    this.registry.close();
    await this.shutdown.end();
    for (const closing of this.closings) closing();
    this.log?.close();
    await this.secrets.close?.();
    this.clock.close();
    if (this.ownsStore) await this.store.close();
  }
}

/** A clock of another kind is a test's, and may stand still: no wait is added to those that the test makes. */
function graceOf({ clock, shutdown }: ModuleOptions): number | undefined {
  const { grace } = shutdown ?? {};
  if (grace !== undefined) return grace;
  return clock === undefined || clock instanceof SystemClock ? GRACE_MS : undefined;
}
