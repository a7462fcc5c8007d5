import type { CircuitHandle, ResilienceEvent } from '@breakwater/core';
import type { Contribution } from '@breakwater/core/adapter';
import type { ResilienceParts } from '@breakwater/nestjs/adapter';
import { CONTROLS, type Control, type ControlName } from '../wire/control.js';

/** Who used a control, and where. */
export interface Operator {
  readonly by?: string;
  readonly host: string;
}

/** Carries out what operators ask for in this process, and tells of it by an event. */
export class Controls {
  constructor(
    private readonly parts: ResilienceParts,
    private readonly contributions: () => readonly Contribution[],
  ) {}

  /** Whether this process has what the control acts on. */
  knows(control: Control): boolean {
    return (isOfCircuit(control) ? this.circuitOf(control) : this.queueOf(control.target)) !== undefined;
  }

  /** Does it, where this process has what it acts on. */
  async apply(control: Control, { by, host }: Operator): Promise<void> {
    const { action, target, operation } = control;
    if (!this.knows(control)) return;
    if (isOfCircuit(control)) act(this.circuitOf(control)!, control.action);
    else await actOnQueue(this.queueOf(target)!, control);
    const of = { provider: target, ...(operation !== undefined && { operation }) };
    const detail = { action, ...(by !== undefined && { by }), host };
    const event = { type: 'dashboard.controlled', ...of, at: this.parts.clock.wallNow(), detail };
    this.parts.registry.events.emit(event as ResilienceEvent);
  }

  private circuitOf({ target, operation }: Control): CircuitHandle | undefined {
    const { registry } = this.parts;
    if (!registry.has(target)) return undefined;
    const provider = registry.provider(target);
    return operation === undefined ? provider.circuitBreaker : provider.circuitBreakerOf(operation);
  }

  private queueOf(queue: string): Contribution | undefined {
    return this.contributions().find((each) => each.queues?.().some(({ name }) => name === queue));
  }
}

/** A control as it was sent; `undefined` for anything else. */
export function readControl(body: unknown): Control | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { action, target, operation, id, ...more } = body as Record<string, unknown>;
  if (!CONTROLS.includes(action as ControlName) || typeof target !== 'string') return undefined;
  if (action === 'queue.replay' ? typeof id !== 'string' : id !== undefined) return undefined;
  const control = { action: action as ControlName, target, ...(typeof id === 'string' && { id }) };
  // A field that this version does not know may make another control of it.
  if (Object.keys(more).length > 0) return undefined;
  if (operation === undefined) return control;
  return isOfCircuit(control) && typeof operation === 'string' ? { ...control, operation } : undefined;
}

type CircuitAction = Extract<ControlName, `circuit.${string}`>;

/** Whether a control acts on a circuit: others act on a queue. */
export function isOfCircuit(control: Control): control is Control & { readonly action: CircuitAction } {
  return control.action.startsWith('circuit.');
}

function act(circuit: CircuitHandle, action: CircuitAction): void {
  switch (action) {
    case 'circuit.isolate':
      return circuit.isolate();
    case 'circuit.open':
      return circuit.forceOpen();
    case 'circuit.close':
      return circuit.forceClosed();
    case 'circuit.reset':
      return circuit.reset();
  }
}

async function actOnQueue(contribution: Contribution, { action, target, id }: Control): Promise<void> {
  if (action === 'queue.pause') await contribution.pauseQueue?.(target);
  else if (action === 'queue.resume') await contribution.resumeQueue?.(target);
  else await contribution.replayDeadLetter?.(target, id!);
}
