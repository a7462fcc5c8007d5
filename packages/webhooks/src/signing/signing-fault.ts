import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import type { SenderPlan } from '../definition/sender-plan.js';

/** `what` completes the sentence "The sender … ". */
export function signingFault(plan: SenderPlan, what: string): WebhookConfigurationError {
  return new WebhookConfigurationError(`The sender "${plan.sender.name}" ${what}.`, plan.sender.name);
}
