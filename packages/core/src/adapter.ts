/** Shared with our own packages: stores, queues and adapters of frameworks. Not for applications; it changes without notice. */
export type { LiveWork, LiveCall, Next } from './engine/live-call.js';
export type { Pipeline } from './engine/pipeline.js';
export type { PolicySpec } from './engine/policy.js';
export { EventHub, type Emit } from './events/event-hub.js';
export { isHeaderName } from './headers/header-name.js';
export { LiveProvider } from './provider/live-provider.js';
export type { MethodPlan } from './provider/method-plan.js';
export type { ProviderParts } from './provider/provider-parts.js';
export * as settings from './settings/index.js';
export { mergeSettings, type Layer } from './settings/merge-settings.js';
export type { Patch } from './settings/patch.js';
export { portableText, textOfPortable } from './store/portable-text.js';
export { requireCount, slidingCount, type Slice } from './store/sliding-count.js';
export { StoreLease, type StoreLeaseParts } from './store/store-lease.js';
export { TopicListeners } from './store/topic-listeners.js';
export { systemRandom } from './time/system-random.js';
export { plainCopy } from './values/plain-copy.js';
