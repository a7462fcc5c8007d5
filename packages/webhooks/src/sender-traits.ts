import { planOf } from './registry/plan-of.js';
import type { Sender } from './definition/sender.js';

/** What whoever receives from a sender has to know at boot. */
export interface SenderTraits {
  readonly name: string;
  /** The signature covers the delivery's id, so it may be deduped by. */
  readonly signsId: boolean;
  /** The signature covers the body. */
  readonly signsBody: boolean;
  /** The signature covers the URL, which therefore has to be configured. */
  readonly signsUrl: boolean;
  /** Milliseconds; absent for senders that tell no time, whose deliveries never become stale. */
  readonly toleranceMs?: number;
  readonly hasHandshake: boolean;
}

/** The traits of a sender given by name or as a definition. */
export function senderTraits(sender: string | Sender): SenderTraits {
  const plan = planOf(sender);
  return {
    name: plan.sender.name,
    signsId: plan.id?.signed ?? false,
    signsBody: plan.payload.body,
    signsUrl: plan.needsUrl !== false,
    ...(plan.timestamp && { toleranceMs: plan.timestamp.toleranceMs }),
    hasHandshake: plan.sender.handshake !== undefined,
  };
}
