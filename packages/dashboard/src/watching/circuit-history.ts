import type { ResilienceEvent } from '@breakwater/core';
import type { TransitionView } from '../wire/frame.js';

/** Counted for each circuit: one that changes all the time pushes out the history of no other. */
const MOST = 60;

/** The changes of one provider's circuits: of the one that its methods share, and of those of single methods. */
export class CircuitHistory {
  private readonly byOperation = new Map<string | undefined, TransitionView[]>();

  /** The latest changes of every circuit, oldest first. */
  get transitions(): readonly TransitionView[] {
    return [...this.byOperation.values()].flat().sort((a, b) => a.at - b.at);
  }

  /** Takes note of an event, if it is the change of a circuit. */
  note(event: ResilienceEvent): void {
    const to = stateAfter(event);
    if (to === undefined) return;
    const { operation, at } = event;
    const { from, reason } = event.detail as { from: string; reason: string };
    const changes = this.byOperation.get(operation) ?? [];
    changes.push({ at, from, to, reason, ...(operation !== undefined && { operation }) });
    if (changes.length > MOST) changes.shift();
    this.byOperation.set(operation, changes);
  }
}

function stateAfter({ type, detail }: ResilienceEvent): string | undefined {
  // A circuit of a key says nothing about the provider as a whole.
  if (detail.keyed === true) return undefined;
  if (type === 'circuitBreaker.opened') return 'open';
  if (type === 'circuitBreaker.halfOpened') return 'half-open';
  if (type === 'circuitBreaker.closed') return 'closed';
  return type === 'circuitBreaker.isolated' ? 'isolated' : undefined;
}
