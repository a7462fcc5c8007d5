import {
  EventHub,
  mergeSettings,
  MemoryStore,
  ResilienceConfigurationError,
  ResilientProvider,
  SystemClock,
  systemRandom,
  type Clock,
  type Fault,
  type Layer,
  type LiveCall,
  type Pipeline,
  type ProviderSnapshot,
  type ResilienceEvent,
  type Store,
  type Work,
} from '@breakwater/core';
import { Observable } from 'rxjs';
import { linkMethod } from './binding/link-method.js';
import type { MethodBinding } from './binding/method-binding.js';
import { streamCall } from './binding/stream-call.js';
import {
  readResilience,
  readSections,
  SECTIONS,
  type ProviderLayers,
  type Sections,
} from './config/read-resilience.js';
import type { ProviderPatch, ResilienceOptions } from './config/resilience.options.js';
import { SecretReference } from './config/secret.js';

/** Every provider, gate and counter. Plain JSON, never a secret. */
export interface ResilienceSnapshot {
  readonly providers: readonly ProviderSnapshot[];
}

/** A decorated method made alive in one application, for instances of one class. */
export interface LinkedMethod {
  /** The class whose instances it serves: a subclass may name another provider. */
  readonly constructedBy: unknown;
  readonly provider: ResilientProvider;
  readonly pipeline: Pipeline;
  readonly operation: string;
  readonly key: ((...args: unknown[]) => string) | undefined;
}

/** One application's resilience: its providers, what their methods share, and what happens to them. */
export class Resilience {
  readonly clock: Clock;
  readonly store: Store;
  readonly events$: Observable<ResilienceEvent>;
  /** What is wrong with the settings; raised at boot together with what is wrong with their use. */
  readonly faults: readonly Fault[];
  private readonly ownsStore: boolean;
  private readonly trackCalls: boolean;
  private readonly events = new EventHub();
  private readonly providers = new Map<string, ResilientProvider>();
  private readonly layers = new Map<string, ProviderLayers>();
  private readonly linked: (LinkedMethod | undefined)[] = [];
  private readonly linkedOfSubclasses = new Map<MethodBinding, Map<unknown, LinkedMethod>>();

  constructor(
    options: ResilienceOptions = {},
    private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.clock = options.clock ?? new SystemClock();
    this.ownsStore = options.store === undefined;
    this.store = options.store ?? new MemoryStore({ clock: this.clock });
    this.events$ = new Observable((subscriber) => this.events.on((event) => subscriber.next(event)));
    const read = readResilience(options, environment);
    this.trackCalls = options.trackCalls !== false || read.providers.some(({ http }) => http !== undefined);
    for (const layers of read.providers) this.add(layers);
    this.faults = [
      ...read.faults,
      ...read.providers.flatMap(({ name, faults }) => [...faults, ...this.providers.get(name)!.faults]),
    ];
  }

  /** The names of all providers. */
  get names(): readonly string[] {
    return [...this.providers.keys()];
  }

  has(name: string): boolean {
    return this.providers.has(name);
  }

  /** A provider by name. Throws an error that lists the known ones when there is none. */
  provider(name: string): ResilientProvider {
    const provider = this.providers.get(name);
    if (provider === undefined)
      throw new ResilienceConfigurationError([{ path: `provider '${name}'`, message: this.unknown() }]);
    return provider;
  }

  /** What is said of a name that no provider has. */
  unknown(): string {
    const known = this.names.map((name) => `'${name}'`).join(', ') || 'none';
    return `there is no such provider in the resilience settings; known are ${known}`;
  }

  /** Every provider, gate and counter as plain JSON. */
  snapshot(): ResilienceSnapshot {
    return { providers: [...this.providers.values()].map((provider) => provider.snapshot()) };
  }

  /** Lays `patch` over a provider's settings, checked as at boot; takes effect at the next call. Throws a `ResilienceConfigurationError`. */
  reconfigure(name: string, patch: ProviderPatch): void {
    const provider = this.provider(name);
    const { top, settings: standing } = this.layers.get(name)!;
    const settings = mergeSettings(standing, patch as Layer);
    const sections = readSections(name, mergeSettings(settings, top));
    if (sections.faults.length > 0) throw new ResilienceConfigurationError(sections.faults);
    provider.reconfigure(patch as Layer);
    this.layers.set(name, { name, settings, top, ...sections });
  }

  /** A section of a provider's settings that this package reads itself. */
  section<K extends keyof Sections>(name: string, section: K): Sections[K] {
    return this.layers.get(name)?.[section];
  }

  /** A section as it was given, right or wrong. */
  givenSection(name: string, section: keyof Sections): unknown {
    const layers = this.layers.get(name);
    return layers?.top[section] ?? layers?.settings[section];
  }

  /** The header that carries a provider's idempotency keys. */
  idempotencyHeader(name: string): string {
    const layers = this.layers.get(name);
    const said = [layers?.top, layers?.settings].map(
      (layer) => (layer?.['idempotency'] as { header?: unknown } | undefined)?.header,
    );
    return String(said.find((header) => header !== undefined) ?? 'Idempotency-Key');
  }

  /** The value of a secret, read at each use. Throws an error that names it when it is missing. */
  reveal(value: string | SecretReference): string {
    if (!(value instanceof SecretReference)) return value;
    const revealed = this.environment[value.name];
    if (revealed !== undefined && revealed !== '') return revealed;
    throw new ResilienceConfigurationError([
      { path: value.name, message: 'the secret is not set: give the environment variable a value' },
    ]);
  }

  /** Calls a decorated method under its policies. What the wrapper of a decorated method does; not for direct use. */
  invoke(binding: MethodBinding, receiver: object, args: unknown[]): unknown {
    const method = this.methodOf(binding, receiver);
    if (binding.returnsObservable) {
      return streamCall(
        (work, signal) => method.provider.run(method.pipeline, this.call(method, receiver, args, work), signal),
        () => binding.stream(receiver, args),
      );
    }
    return method.provider.run(method.pipeline, this.call(method, receiver, args, binding.work));
  }

  /** Makes a decorated method alive for instances of one class. Adds what is wrong with it to `faults`. */
  link(binding: MethodBinding, constructor: object, faults: Fault[]): LinkedMethod | undefined {
    const linked = linkMethod(this, binding, constructor, faults);
    if (linked === undefined) return undefined;
    const first = this.linked[binding.id];
    if (first === undefined) this.linked[binding.id] = linked;
    else this.linkedOf(binding).set(constructor, linked);
    return linked;
  }

  /** Lets go of every timer and waiting call, and of the store if it was made here. */
  async close(): Promise<void> {
    for (const provider of this.providers.values()) provider.close();
    this.clock.close();
    if (this.ownsStore) await this.store.close();
  }

  private add(layers: ProviderLayers): void {
    const { name, settings, top } = layers;
    const { clock, store, events, trackCalls } = this;
    const parts = {
      name,
      settings,
      top,
      clock,
      store,
      events,
      trackCalls,
      sections: SECTIONS,
      path: `resilience.providers.${name}`,
      random: systemRandom,
    };
    this.layers.set(name, layers);
    this.providers.set(name, new ResilientProvider(parts));
  }

  private methodOf(binding: MethodBinding, receiver: object): LinkedMethod {
    const first = this.linked[binding.id];
    if (first !== undefined && first.constructedBy === receiver.constructor) return first;
    const standing = this.linkedOf(binding).get(receiver.constructor);
    if (standing !== undefined) return standing;
    const faults: Fault[] = [];
    const linked = this.link(binding, receiver.constructor, faults);
    if (linked === undefined || faults.length > 0)
      throw new ResilienceConfigurationError(faults.length > 0 ? faults : this.faults);
    return linked;
  }

  private linkedOf(binding: MethodBinding): Map<unknown, LinkedMethod> {
    let linked = this.linkedOfSubclasses.get(binding);
    if (linked === undefined) this.linkedOfSubclasses.set(binding, (linked = new Map()));
    return linked;
  }

  private call(method: LinkedMethod, receiver: object, args: unknown[], work: Work<unknown>): LiveCall {
    const call = method.provider.newCall(method.operation, args, work);
    call.receiver = receiver;
    if (method.key !== undefined) call.key = method.key(...args);
    return call;
  }
}
