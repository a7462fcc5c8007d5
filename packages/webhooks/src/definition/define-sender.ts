import { senderPlan } from './sender-plan.js';
import type { Sender } from './sender.js';

/**
 * Describes a sender of one's own; the result goes wherever the name of a known sender goes.
 *
 * Throws a `WebhookConfigurationError` where the definition contradicts itself. The definition is copied and frozen.
 */
export function defineSender(definition: Sender): Sender {
  const sender = freeze(definition);
  senderPlan(sender);
  return sender;
}

function freeze<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map((item: unknown) => freeze(item))) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, freeze(item)]))) as T;
}
