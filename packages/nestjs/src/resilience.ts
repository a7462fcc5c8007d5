import type { ProviderSnapshot, ResilienceEvent, ResilientProvider } from '@breakwater/core';
import type { SecretSnapshot } from '@breakwater/secrets';
import type { Observable } from 'rxjs';
import type { ProviderPatch } from './composition/resilience.options.js';

/** Every provider, gate and counter. Plain JSON, never a secret. */
export interface ResilienceSnapshot {
  readonly providers: readonly ProviderSnapshot[];
  /** Every secret that is held, without its value, where the module was given sources of secrets. */
  readonly secrets?: readonly SecretSnapshot[];
}

/**
 * One application's resilience: its providers, what their methods share, and what happens to them. Injected by this
 * class.
 */
export abstract class Resilience {
  /** Everything that happens to the providers, as it happens. */
  abstract readonly events$: Observable<ResilienceEvent>;

  /**
   * A provider by name. Throws an error that lists the known ones when there is none, and a `TypeError` for what is no
   * name.
   */
  abstract provider(name: string): ResilientProvider;

  /** Every provider, gate and counter as plain JSON. */
  abstract snapshot(): ResilienceSnapshot;

  /**
   * Merges `patch` over a provider's settings, checked as at boot; takes effect at the next call. Throws a
   * `ResilienceConfigurationError`.
   */
  abstract reconfigure(name: string, patch: ProviderPatch): void;
}

const COPIES = Symbol.for('breakwater.nestjs.copies');

/**
 * `Resilience` of every copy of this package in the process: a class that was decorated with another copy than the one
 * whose module is imported asks for that of the other.
 */
export const copies: ReadonlySet<typeof Resilience> = ((globalThis as { [COPIES]?: Set<typeof Resilience> })[COPIES] ??=
  new Set()).add(Resilience);
