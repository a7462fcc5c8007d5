import { planOf } from './registry/plan-of.js';
import type { Sender } from './definition/sender.js';

/** The facts about a sender that a receiver needs at boot. */
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
  /** The rule by which two requests are one delivery; `'none'` where every copy is handled again. */
  readonly identity: 'id' | 'label' | 'signed-bytes' | 'none';
  /** The sender names its events. */
  readonly hasEventType: boolean;
  /** The text of a response that the sender takes for success, where the status alone does not do. */
  readonly acknowledgement?: string;
  /** The body is signed as transferred: verify it before its content-encoding is undone. */
  readonly signsCompressed: boolean;
}

/** The traits of a sender given by name or as a definition. */
export function senderTraits(sender: string | Sender): SenderTraits {
  const plan = planOf(sender);
  const { acknowledgement, signsCompressed = false } = plan.sender;
  const { kind } = plan.identity;
  return {
    name: plan.sender.name,
    signsId: plan.id?.signed ?? false,
    signsBody: plan.coversBody,
    signsUrl: plan.needsUrl === true || (plan.needsUrl === 'if-covered' && plan.sender.jwt === undefined),
    ...(plan.timestamp !== undefined && { toleranceMs: plan.timestamp.toleranceMs }),
    hasHandshake: plan.sender.handshake !== undefined,
    identity: kind === 'body-without' ? 'signed-bytes' : kind,
    hasEventType: plan.eventType.length > 0,
    ...(acknowledgement !== undefined && { acknowledgement }),
    signsCompressed,
  };
}
