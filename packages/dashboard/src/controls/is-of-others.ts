import type { Control } from '../wire/control.js';
import type { HostView } from '../wire/frame.js';
import { isOfCircuit } from './controls.js';

/** Whether a control acts on what one of these hosts has: others than the one that serves the page make the calls. */
export function isOfOthers(control: Control, others: readonly HostView[]): boolean {
  const { target } = control;
  return others.some(({ providers, queues }) =>
    isOfCircuit(control)
      ? providers.some(({ name, policies }) => name === target && policies.some((policy) => isMeant(policy, control)))
      : queues.some(({ name }) => name === target),
  );
}

function isMeant(policy: HostView['providers'][number]['policies'][number], { operation }: Control): boolean {
  return policy.kind === 'circuitBreaker' && policy.operation === operation;
}
