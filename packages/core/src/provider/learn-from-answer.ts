import { keyText } from '../engine/key-text.js';
import type { LiveCall } from '../engine/live-call.js';
import type { MethodLinker, OwnedPolicy } from './method-linker.js';
import type { ObservedAnswer, ObservedCall } from './resilient-provider.js';

/** The call that an answer belongs to, as far as that is known. */
interface Answered {
  /** The provider's call that has received it. */
  readonly call: LiveCall | undefined;
  /** The words on the call of the code that shows the answer. */
  readonly of: ObservedCall;
}

/** Shows an answer to those of a provider's policies that it concerns. */
export function learnFromAnswer(linker: MethodLinker, response: ObservedAnswer, { call, of }: Answered): void {
  const { operation = call?.operation } = of;
  const key = keyText(of.key) ?? call?.key;
  const { learning } = linker;
  for (const each of learning) {
    // Where an operation has its own, its answer says nothing about the one that the others share.
    const concerned =
      each.operation === undefined
        ? !learning.some((other) => isOf(other, operation) && other.policy.kind === each.policy.kind)
        : isOf(each, operation);
    if (concerned) each.policy.observe!(response, key, operation === call?.operation ? call : undefined);
  }
}

function isOf(policy: OwnedPolicy, operation: string | undefined): boolean {
  return policy.operation !== undefined && policy.operation === operation;
}
