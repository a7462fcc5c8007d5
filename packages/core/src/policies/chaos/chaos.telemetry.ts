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
  /** Whether anything is injected at the moment. */
  readonly enabled: boolean;
  /** How often latency was injected. */
  readonly delays: number;
  /** How often the function was called. */
  readonly behaviors: number;
  /** How often a fault was injected. */
  readonly faults: number;
  /** How often an outcome was injected. */
  readonly outcomes: number;
}
