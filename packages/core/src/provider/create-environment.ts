import { createClassifier, type Classify } from '../outcome/reading/classifier.js';
import { messageOf } from '../errors/message-of.js';
import type { Emit, EventHub } from '../events/event-hub.js';
import type { ResilienceEvent } from '../policies/policy-telemetry.js';
import type { Environment } from '../engine/policy.js';
import type { WireListener } from '../engine/wire-listener.js';
import type { ProviderParts } from './provider-parts.js';

/** The parts of a provider that may change while its policies live. */
export interface ChangingParts {
  /** The user's own classifier. */
  classify(): Classify | undefined;
  /** Hears of the requests that go over the wire. */
  wire?(): WireListener | undefined;
}

/** The environment of a provider's live policies. */
export function createEnvironment(
  { name, clock, store, random, trackCalls = false }: ProviderParts,
  events: EventHub<ResilienceEvent>,
  { classify, wire }: ChangingParts,
): Environment {
  const emit: Emit = (type, detail, operation) => {
    if (!events.listening) return;
    // That a detail fits its type is checked where policies emit it.
    events.emit({ type, provider: name, operation, at: clock.wallNow(), detail } as ResilienceEvent);
  };
  const common = new Map<string, unknown>();
  return {
    provider: name,
    clock,
    trackCalls,
    store,
    random,
    emit,
    ...(wire && { wire }),
    classify: createClassifier(clock, classify, (error) => emit('classify.failed', { error: messageOf(error) })),
    shared: <T>(key: string, make: () => T): T => {
      if (!common.has(key)) common.set(key, make());
      return common.get(key) as T;
    },
  };
}
