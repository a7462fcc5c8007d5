import { createClassifier, type Classify } from '../outcome/reading/classifier.js';
import { messageOf } from '../errors/message-of.js';
import type { Emit, EventHub } from '../events/event-hub.js';
import type { ResilienceEvent } from '../policies/policy-telemetry.js';
import type { Environment } from '../engine/policy.js';
import type { ProviderParts } from './provider-parts.js';

/** What the live policies of a provider may reach. `classify` gives the user's own classifier, which may change. */
export function createEnvironment(
  { name, clock, store, random, trackCalls = false }: ProviderParts,
  events: EventHub<ResilienceEvent>,
  classify: () => Classify | undefined,
): Environment {
  const emit: Emit = (type, detail, operation) => {
    if (!events.listening) return;
    // Which detail belongs to which type is checked where policies emit them.
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
    classify: createClassifier(clock, classify, (error) => emit('classify.failed', { error: messageOf(error) })),
    shared: <T>(key: string, make: () => T): T => {
      if (!common.has(key)) common.set(key, make());
      return common.get(key) as T;
    },
  };
}
