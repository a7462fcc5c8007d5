import {
  MemoryStore,
  ResilienceConfigurationError,
  SystemClock,
  type Clock,
  type Fault,
  type ProviderSnapshot,
  type ResilienceEvent,
  type Store,
  type Work,
} from '@breakwater/core';
import { EventHub, LiveProvider, systemRandom, type Layer, type LiveCall } from '@breakwater/core/adapter';
import { Observable } from 'rxjs';
import { linkMethod } from './methods/link-method.js';
import { LinkedMethods, type LinkedMethod } from './methods/linked-methods.js';
import type { MethodBinding } from './methods/method-binding.js';
import { streamCall } from './methods/stream-call.js';
import { layProvider } from './config/lay-provider.js';
import { patchLayers } from './config/patch-layers.js';
import {
  readResilience,
  SECTIONS,
  withoutSections,
  type ProviderLayers,
  type Sections,
} from './config/read-resilience.js';
import type { ProviderPatch, ResilienceOptions } from './config/resilience.options.js';
import { SecretReference } from './fields/secret.js';

/** Every provider, gate and counter. Plain JSON, never a secret. */
export interface ResilienceSnapshot {
  readonly providers: readonly ProviderSnapshot[];
}

const NO_PROVIDERS = "none: where the settings stand in ConfigModule's 'resilience' namespace, it needs isGlobal: true";

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
  private readonly providers = new Map<string, LiveProvider>();
  private readonly layers = new Map<string, ProviderLayers>();
  private readonly linked = new LinkedMethods();

  constructor(
    options: ResilienceOptions = {},
    private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    const read = readResilience(options, environment);
    const { clock = new SystemClock(), store, trackCalls } = read.options;
    this.clock = clock;
    this.ownsStore = store === undefined;
    this.store = store ?? new MemoryStore({ clock });
    this.events$ = new Observable((subscriber) => this.events.on((event) => subscriber.next(event)));
    this.trackCalls = trackCalls !== false || read.providers.some(({ http }) => http !== undefined);
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
  provider(name: string): LiveProvider {
    const provider = this.providers.get(name);
    if (provider === undefined)
      throw new ResilienceConfigurationError([{ path: `provider '${name}'`, message: this.unknownProvider() }]);
    return provider;
  }

  /** What is said of a name that no provider has. */
  unknownProvider(): string {
    const known = this.names.map((name) => `'${name}'`).join(', ') || NO_PROVIDERS;
    return `there is no such provider in the resilience settings; known are ${known}`;
  }

  /** Every provider, gate and counter as plain JSON. */
  snapshot(): ResilienceSnapshot {
    return { providers: [...this.providers.values()].map((provider) => provider.snapshot()) };
  }

  /** Lays `patch` over a provider's settings, checked as at boot; takes effect at the next call. Throws a `ResilienceConfigurationError`. */
  reconfigure(name: string, patch: ProviderPatch): void {
    const provider = this.provider(name);
    const layers = patchLayers(this.layers.get(name)!, patch, (value) => this.reveal(value));
    provider.reconfigure(withoutSections(patch as Layer), layers.faults);
    this.layers.set(name, layers);
  }

  /** A section of a provider's settings that this package reads itself. */
  section<K extends keyof Sections>(name: string, section: K): Sections[K] {
    return this.layers.get(name)?.[section];
  }

  /** A section as it was given, right or wrong. */
  givenSection(name: string, section: keyof Sections): unknown {
    const layers = this.layers.get(name);
    return layers && layProvider(layers.settings, layers.top)[section];
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
    if (binding.returnsObservable) {
      const run = (work: Work<unknown>, signal: AbortSignal) => {
        const method = this.methodOf(binding, receiver);
        return method.provider.run(method.pipeline, callOf(method, receiver, args, work), signal);
      };
      return streamCall(run, () => binding.stream(receiver, args));
    }
    try {
      const method = this.methodOf(binding, receiver);
      return method.provider.run(method.pipeline, callOf(method, receiver, args, binding.work));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A decorated method, made alive for instances of one class when it is not yet. Adds what is wrong with it to `faults`. */
  link(binding: MethodBinding, constructor: object, faults: Fault[]): LinkedMethod | undefined {
    const standing = this.linked.find(binding, constructor);
    if (standing !== undefined) return standing;
    const linked = linkMethod(this, binding, constructor, faults);
    if (linked !== undefined) this.linked.add(linked);
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
      settings: withoutSections(settings),
      top: withoutSections(top),
      clock,
      store,
      events,
      trackCalls,
      sections: SECTIONS,
      path: `resilience.providers.${name}`,
      random: systemRandom,
    };
    this.layers.set(name, layers);
    this.providers.set(name, new LiveProvider(parts));
  }

  private methodOf(binding: MethodBinding, receiver: object): LinkedMethod {
    const standing = this.linked.find(binding, receiver.constructor);
    if (standing !== undefined) return standing;
    const faults: Fault[] = [];
    const linked = this.link(binding, receiver.constructor, faults);
    if (linked === undefined) throw new ResilienceConfigurationError(faults.length > 0 ? faults : this.faults);
    return linked;
  }
}

function callOf(method: LinkedMethod, receiver: object, args: unknown[], work: Work<unknown>): LiveCall {
  const call = method.provider.newCall(method.operation, args, work);
  call.receiver = receiver;
  if (method.key !== undefined) call.key = method.key(...args);
  return call;
}
