import type { EventLevels } from '../../events/event-hub.js';

export interface ChaosEvents {
  /** Something was injected into a call. */
  'chaos.injected': {
    what: 'latency' | 'behavior' | 'fault' | 'outcome';
    /** 1 for the first attempt. */
    attempt: number;
    /** How long the call waits, for latency, in milliseconds. */
    delayMs?: number;
    /** The status of a fault, its code, or the name of its error. */
    as?: string | number;
  };
}

export const chaosEvents: EventLevels<ChaosEvents> = { 'chaos.injected': 'info' };

export interface ChaosSnapshot {
  readonly enabled: boolean;
  readonly delays: number;
  readonly behaviors: number;
  readonly faults: number;
  readonly outcomes: number;
}
