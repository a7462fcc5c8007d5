import { findSender } from './find-sender.js';
import { senderPlan, type SenderPlan } from '../definition/sender-plan.js';
import type { Sender } from '../definition/sender.js';

const byName = new Map<string, SenderPlan>();

/** The plan of a sender given by name or as a definition. */
export function planOf(sender: string | Sender): SenderPlan {
  if (typeof sender !== 'string') return senderPlan(sender);
  let plan = byName.get(sender);
  if (plan === undefined) byName.set(sender, (plan = senderPlan(findSender(sender))));
  return plan;
}
