import { createClassifier, type Classify } from '../outcome/reading/classifier.js';
import { callbackReports, type ReportCallback } from '../events/callback-reports.js';
import type { Emit, EventHub } from '../events/event-hub.js';
import type { ResilienceEvent } from '../policies/policy-telemetry.js';
import type { Environment } from '../engine/policy.js';
import type { WireListener } from '../engine/requests/wire-listener.js';
import type { SharedState } from '../engine/shared-state.js';
import { systemRandom } from '../time/system-random.js';
import { printed } from '../values/printed.js';
import type { ProviderParts } from './provider-parts.js';

/** The parts of a provider that may change while its policies live. */
export interface ChangingParts {
  /** The user's own classifier, set by what reads the settings: every attempt reads it here. */
  classify: Classify | undefined;
  /** The account with which the provider is asked. */
  identity?(): string | undefined;
  /** Hears of the requests that go over the wire. */
  wire?(): WireListener | undefined;
}

/** The environment of a provider's live policies. */
export function createEnvironment(
  { name, clock, store, random, entrance, trackCalls = false }: ProviderParts,
  events: EventHub<ResilienceEvent>,
  changing: ChangingParts,
): Environment {
  const emit: Emit = (type, detail, operation) => {
    if (!events.listening) return;
    // That a detail fits its type is checked where policies emit it.
    events.emit({ type, provider: name, operation, at: clock.wallNow(), detail } as ResilienceEvent);
  };
  const callbackFailed = callbackReports(clock, emit);
  let common: Map<SharedState<unknown>, unknown> | undefined;
  return {
    provider: name,
    clock,
    trackCalls,
    store,
    random: checkedRandom(random, callbackFailed),
    emit,
    callbackFailed,
    entrance,
    ...(changing.wire && { wire: changing.wire }),
    identity: () => changing.identity?.(),
    classify: createClassifier(clock, changing, (error) => callbackFailed('classify', error)),
    shared: <T>(state: SharedState<T>): T => {
      common ??= new Map();
      if (!common.has(state)) common.set(state, state.make(clock));
      return common.get(state) as T;
    },
  };
}

/** The user's own randomness, as long as it is a number in [0, 1); otherwise the machine's takes its place. */
function checkedRandom(random: () => number, callbackFailed: ReportCallback): () => number {
  if (random === systemRandom) return random;
  return () => {
    try {
      const drawn: unknown = random();
      if (typeof drawn === 'number' && drawn >= 0 && drawn < 1) return drawn;
      throw new TypeError(`random returned ${printed(drawn)}; expected a number from 0 and below 1`);
    } catch (error) {
      callbackFailed('random', error);
      return systemRandom();
    }
  };
}
