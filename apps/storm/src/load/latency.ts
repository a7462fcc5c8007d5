import { build } from 'hdr-histogram-js';
import type { Submission } from './submission.js';

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Percentiles of milliseconds, to three digits. Without samples they are NaN, which keeps no promise. */
export function latencyOf(samplesMs: readonly number[]): Latency {
  if (samplesMs.length === 0) return { count: 0, p50Ms: NaN, p95Ms: NaN, p99Ms: NaN };
  const histogram = build({ numberOfSignificantValueDigits: 3, autoResize: true });
  for (const ms of samplesMs) histogram.recordValue(Math.max(0, Math.round(ms * MICROS)));
  const percentile = (rank: number): number => histogram.getValueAtPercentile(rank) / MICROS;
  return { count: samplesMs.length, p50Ms: percentile(50), p95Ms: percentile(95), p99Ms: percentile(99) };
}

/** As the customers felt it: from the moment each submission was meant to leave. */
export const latencyFromPlan = (submissions: readonly Submission[]): Latency =>
  latencyOf(submissions.map(({ plannedAt, endedAt }) => endedAt - plannedAt));

/** As the server counted it, for the answers that say so. */
export const latencyInServer = (submissions: readonly Submission[]): Latency =>
  latencyOf(
    submissions.flatMap(({ answer }) =>
      answer.kind === 'answered' && answer.serverMs !== undefined ? [answer.serverMs] : [],
    ),
  );

const MICROS = 1_000;
