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
  knows({ action, target }: Control): boolean {
    if (!isCircuitAction(action)) return this.queueOf(target) !== undefined;
    const { registry } = this.parts;
    return registry.has(target) && registry.provider(target).circuitBreaker !== undefined;
  }

  /** Does it, where this process has what it acts on. */
  async apply(control: Control, { by, host }: Operator): Promise<void> {
    const { action, target } = control;
    if (!this.knows(control)) return;
    if (isCircuitAction(action)) act(this.parts.registry.provider(target).circuitBreaker!, action);
    else await actOnQueue(this.queueOf(target)!, control);
    const detail = { action, ...(by !== undefined && { by }), host };
    const event = { type: 'dashboard.controlled', provider: target, at: this.parts.clock.wallNow(), detail };
    this.parts.registry.events.emit(event as ResilienceEvent);
  }

  private queueOf(queue: string): Contribution | undefined {
    return this.contributions().find((each) => each.queues?.().some(({ name }) => name === queue));
  }
}

/** A control as it was sent; `undefined` for anything else. */
export function readControl(body: unknown): Control | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { action, target, id } = body as Record<string, unknown>;
  if (!CONTROLS.includes(action as ControlName) || typeof target !== 'string') return undefined;
  if (action === 'queue.replay' ? typeof id !== 'string' : id !== undefined) return undefined;
  return { action: action as ControlName, target, ...(typeof id === 'string' && { id }) };
}

type CircuitAction = Extract<ControlName, `circuit.${string}`>;

function isCircuitAction(action: ControlName): action is CircuitAction {
  return action.startsWith('circuit.');
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
