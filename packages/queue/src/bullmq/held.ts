import type { JobJson } from 'bullmq';
import type { ClaimedJob } from '../driver/queue-driver.js';
import { claimedOf } from './bull-job.js';
import type { Line } from './line.js';

/** A job that this process holds, and where it came from. */
export interface Held {
  readonly job: ClaimedJob;
  readonly line: Line;
  readonly json: JobJson;
}

export function heldOf(
  line: Line,
  json: JobJson | undefined | null,
  id: string | undefined,
  claim: string,
): Held | undefined {
  if (json === undefined || json === null || id === undefined || id === '') return undefined;
  const whole = { ...json, id };
  return { job: claimedOf(whole, line, claim), line, json: whole };
}
