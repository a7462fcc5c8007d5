import { findSender } from './find-sender.js';
import { senderPlan, type SenderPlan } from './sender-plan.js';
import type { Sender } from './sender.js';

/** The plan of a sender given by name or as a definition. */
export function planOf(sender: string | Sender): SenderPlan {
  return senderPlan(typeof sender === 'string' ? findSender(sender) : sender);
}
