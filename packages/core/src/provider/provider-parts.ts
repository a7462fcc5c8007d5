import type { Clock } from '../time/clock.js';
import type { Entrance } from '../engine/attempt/entrance.js';
import type { EventHub } from '../events/event-hub.js';
import type { ProviderHttp } from '../http/provider-http.js';
import type { PolicyCatalog } from '../policies/policy-catalog.js';
import type { ResilienceEvent } from '../policies/policy-telemetry.js';
import type { Layer } from '../settings/merge-settings.js';
import type { Store } from '../store/store.js';

/** The parts of a provider. `top` is laid over everything else, decorators included. */
export interface ProviderParts {
  readonly name: string;
  readonly settings: Layer;
  readonly top?: Layer;
  /** Where the settings stand, for error messages. */
  readonly path: string;
  readonly clock: Clock;
  readonly store: Store;
  readonly random: () => number;
  /**
   * Whether `currentCall()` finds the call at any depth, also after an `await`. Costs an async context for every call.
   * Default false.
   */
  readonly trackCalls?: boolean;
  readonly events?: EventHub<ResilienceEvent>;
  /**
   * How the provider is reached over HTTP, where an adapter reads those settings. Default: `http` of the settings.
   */
  readonly http?: ProviderHttp;
  /** Warns the operator of the application, once. Default: a warning of the process. */
  readonly warn?: (message: string) => void;
  /** The kinds of policies that the settings may name. Default: those of this package. */
  readonly catalog?: PolicyCatalog;
  /** The adapter's own look at every attempt, before all policies, and also while the provider is not enabled. */
  readonly entrance?: Entrance;
  /**
   * Settings that an adapter reads, each with the function that takes it. They are refused here.
   */
  readonly sections?: Readonly<Record<string, string>>;
}
