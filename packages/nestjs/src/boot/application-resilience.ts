import type { ResilienceEvent, ResilientProvider } from '@breakwater/core';
import { settings, type Layer } from '@breakwater/core/adapter';
import type { Observable } from 'rxjs';
import { MethodRuntime } from '../methods/method-runtime.js';
import { METHODS } from '../methods/runtime-slot.js';
import type { ResilienceParts } from '../providers/resilience-parts.js';
import type { ProviderPatch } from '../composition/resilience.options.js';
import { eventsObservable } from './events-observable.js';
import { Resilience, type ResilienceSnapshot } from '../resilience.js';

/** The resilience of an application with a `ResilienceModule`. */
export class ApplicationResilience extends Resilience {
  readonly events$: Observable<ResilienceEvent>;
  /**
   * Through which decorated methods find their policies. Anything else that is injected as `Resilience` leaves them
   * bare.
   */
  readonly [METHODS]: MethodRuntime;

  constructor(private readonly parts: ResilienceParts) {
    super();
    this.events$ = eventsObservable(parts.registry.events, parts.clock);
    this[METHODS] = new MethodRuntime(parts.registry);
  }

  provider(name: string): ResilientProvider {
    return this.parts.registry.provider(checked(name, 'provider'));
  }

  snapshot(): ResilienceSnapshot {
    const secrets = this.parts.secrets.snapshot?.();
    const providers = this.parts.registry.all.map((provider) => provider.snapshot());
    return { providers, ...(secrets && { secrets }) };
  }

  reconfigure(name: string, patch: ProviderPatch): void {
    const { registry, sections } = this.parts;
    const provider = registry.provider(checked(name, 'reconfigure'));
    const layers = sections.patched(name, patch);
    provider.reconfigure(sections.engineSettings(patch as Layer), layers.faults);
    sections.replace(layers);
    // The policies that calls pass follow from the sections, too, which stand only now.
    provider.reconfigure({});
  }
}

/** Callers without types, or with a name out of a lookup that found none, may hand over what is no name. */
function checked(name: unknown, method: string): string {
  if (typeof name === 'string') return name;
  throw new TypeError(`Resilience.${method}: ${settings.printed(name)} given; expected the name of a provider`);
}
