import type { EnvironmentOf } from '../../engine/policy.js';
import type { TimeoutEvents } from './timeout.telemetry.js';

/** Shared by the deadlines of one timeout: one object for all calls, until other settings come. */
export interface TimeLimit {
  readonly scope: 'attempt' | 'total';
  readonly ms: number;
  readonly environment: EnvironmentOf<TimeoutEvents>;
}
