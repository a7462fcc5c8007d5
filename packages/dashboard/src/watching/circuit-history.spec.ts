import type { ResilienceEvent } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { CircuitHistory } from './circuit-history.js';

function changed(at: number, operation?: string, detail: object = {}): ResilienceEvent {
  const told = { from: 'closed', reason: 'failure rate', ...detail };
  const type = 'circuitBreaker.opened';
  return { type, provider: 'payments', at, detail: told, ...(operation && { operation }) } as ResilienceEvent;
}

describe('CircuitHistory', () => {
  it('tells the circuit of a method apart from the one that the methods share', () => {
    const history = new CircuitHistory();
    history.note(changed(1, 'PaymentsClient.refund'));
    history.note(changed(2));
    history.note(changed(3, undefined, { keyed: true }));
    expect(history.transitions).toEqual([
      { at: 1, from: 'closed', to: 'open', reason: 'failure rate', operation: 'PaymentsClient.refund' },
      { at: 2, from: 'closed', to: 'open', reason: 'failure rate' },
    ]);
  });

  it('keeps the history of a circuit while another changes all the time', () => {
    const history = new CircuitHistory();
    history.note(changed(0));
    for (let at = 1; at <= 500; at++) history.note(changed(at, 'PaymentsClient.refund'));
    expect(history.transitions[0]).toMatchObject({ at: 0, to: 'open' });
    expect(history.transitions).toHaveLength(61);
  });
});
