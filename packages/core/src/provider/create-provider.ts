import type { PolicyKind } from '../engine/policy-kind.js';
import { catalog } from '../policies/catalog.js';
import type { Clock } from '../time/clock.js';
import { warnOnce, type Eviction } from '../store/eviction-reports.js';
import { MemoryStore } from '../store/memory-store.js';
import { readPreset } from '../presets/read-preset.js';
import { LiveProvider } from './live-provider.js';
import type { ResilientProvider } from './resilient-provider.js';
import type { ProviderOptions } from './provider-options.js';
import { ResilienceConfigurationError } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';
import type { Store } from '../store/store.js';
import { isPlain } from '../values/is-plain.js';
import { SystemClock } from '../time/system-clock.js';
import { systemRandom } from '../time/system-random.js';

/** One for all: a clock holds the timers of idle deadline lists, and through a shared one they hold no provider. */
const machineClock = new SystemClock();

/**
 * A provider without any framework: `execute` applies every policy that `options` names. Throws a
 * `ResilienceConfigurationError` that lists every fault of the options. The store defaults to a `MemoryStore`, the
 * clock to the machine's, `random` to `Math.random`. `trackCalls` (default false) says whether `currentCall()` finds
 * every call at any depth, also after an `await`, and whether the requests are watched that calls send. `warn` is told
 * of mistakes in their use; by default the process warns of them. `policies` are kinds of your own, made with
 * `definePolicy`, which the options may then name.
 */
export function createProvider(
  name: string,
  options: ProviderOptions,
  parts: {
    clock?: Clock;
    store?: Store;
    random?: () => number;
    trackCalls?: boolean;
    warn?: (message: string) => void;
    policies?: readonly PolicyKind[];
  } = {},
): ResilientProvider {
  const preset = readPreset(options, name);
  const clock = parts.clock ?? machineClock;
  const warn = warnOnce();
  const tellOfEviction = (detail: Eviction) => {
    const { events } = provider;
    if (events.listening)
      events.emit({ type: 'store.evicted', provider: name, at: clock.wallNow(), detail: { ...detail } });
    else warn(detail);
  };
  const provider: LiveProvider = new LiveProvider({
    name,
    settings: withPreset(preset.layer, options),
    path: name,
    clock,
    store: parts.store ?? new MemoryStore({ clock, onEvicted: tellOfEviction }),
    random: parts.random ?? systemRandom,
    trackCalls: parts.trackCalls ?? false,
    ...(parts.warn && { warn: parts.warn }),
    catalog: catalog.with(parts.policies ?? []),
  });
  const faults = [...preset.faults, ...provider.faults];
  if (faults.length > 0) throw new ResilienceConfigurationError(faults);
  return provider;
}

function withPreset(preset: Layer, options: ProviderOptions): Layer {
  if (!isPlain(options)) return options as Layer;
  const { webhook: _ofAdapters, ...below } = preset;
  return catalog.merge(below, { ...options, preset: undefined });
}
