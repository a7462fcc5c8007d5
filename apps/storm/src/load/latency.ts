import { build } from 'hdr-histogram-js';
import type { Submission } from './submission.js';

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Percentiles of milliseconds, to three digits. Of no samples they are NaN, which keeps no promise. */
export function latencyOf(samplesMs: readonly number[]): Latency {
  if (samplesMs.length === 0) return { count: 0, p50Ms: NaN, p99Ms: NaN };
  const histogram = build({ numberOfSignificantValueDigits: 3, autoResize: true });
  for (const ms of samplesMs) histogram.recordValue(Math.max(0, Math.round(ms * MICROS)));
  return {
    count: histogram.totalCount,
    p50Ms: histogram.getValueAtPercentile(50) / MICROS,
    p99Ms: histogram.getValueAtPercentile(99) / MICROS,
  };
}

/** As the customer felt it: from the moment the order was meant to leave. */
export const latencyFromPlan = (submissions: readonly Submission[]): Latency =>
  latencyOf(submissions.map(({ plannedAt, endedAt }) => endedAt - plannedAt));

/** As the server took it: from the moment the request went out. */
export const latencyFromSend = (submissions: readonly Submission[]): Latency =>
  latencyOf(submissions.map(({ sentAt, endedAt }) => endedAt - sentAt));

const MICROS = 1_000;
