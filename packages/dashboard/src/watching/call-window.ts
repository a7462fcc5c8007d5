import type { CallCounts, MinuteView, SecondView, SliceView } from '../wire/frame.js';

const SECONDS = 300;
const MINUTE = 60;
/** The length of a slice of durations, in seconds. */
const SLICE = 10;
const SLICES = SECONDS / SLICE;
/** Up to here all durations are one bucket, in milliseconds; each bound is about 9 % above the one before. */
const LOWEST_MS = 0.25;
const PER_DOUBLING = 8;
const BUCKETS = 20 * PER_DOUBLING;

export type CallKind = keyof CallCounts;
const KINDS: readonly CallKind[] = ['ok', 'failed', 'refused', 'other'];

/**
 * The calls of the last five minutes by the second, and their durations by slices of ten. Rings of fixed length:
 * recording allocates nothing, and reading needs no timer.
 */
export class CallWindow {
  readonly total: Record<CallKind, number> = { ok: 0, failed: 0, refused: 0, other: 0 };
  private readonly at = new Float64Array(SECONDS);
  private readonly counts = new Uint32Array(SECONDS * KINDS.length);
  private readonly attempts = new Uint32Array(SECONDS);
  private readonly sliceAt = new Float64Array(SLICES);
  private readonly durations = new Uint32Array(SLICES * BUCKETS);

  /** `epochMs` is when it ended. A call that was refused says nothing about durations. */
  record(kind: CallKind, durationMs: number, epochMs: number): void {
    this.total[kind]++;
    const slot = this.slotOf(epochMs);
    this.counts[slot * KINDS.length + KINDS.indexOf(kind)]!++;
    if (kind !== 'refused') this.durations[this.sliceOf(epochMs) * BUCKETS + bucketOf(durationMs)]!++;
  }

  attempted(epochMs: number): void {
    this.attempts[this.slotOf(epochMs)]!++;
  }

  /** The seconds with calls since `since`, oldest first; the one that goes on is among them. */
  seconds(since: number, epochMs: number): readonly SecondView[] {
    const views: SecondView[] = [];
    const now = Math.floor(epochMs / 1000);
    for (let second = Math.max(since, now - SECONDS + 1); second <= now; second++) {
      const slot = second % SECONDS;
      if (this.at[slot] !== second) continue;
      const [ok = 0, failed = 0, refused = 0, other = 0] = this.countsOf(slot);
      if (ok + failed + refused + other > 0) views.push([second, ok, failed, refused, other]);
    }
    return views;
  }

  /** The slices with durations since `since`, oldest first. */
  slices(since: number, epochMs: number): readonly SliceView[] {
    const views: SliceView[] = [];
    const now = Math.floor(epochMs / 1000 / SLICE);
    for (let slice = Math.max(Math.floor(since / SLICE), now - SLICES + 1); slice <= now; slice++) {
      const durations = this.durationsOf([slice]);
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(durations, share));
      if (p50 !== undefined) views.push([slice * SLICE, p50, p95!, p99!]);
    }
    return views;
  }

  minute(epochMs: number): MinuteView {
    const now = Math.floor(epochMs / 1000);
    const sums = [0, 0, 0, 0];
    let attempts = 0;
    for (let second = now - MINUTE + 1; second <= now; second++) {
      const slot = second % SECONDS;
      if (this.at[slot] !== second) continue;
      for (let kind = 0; kind < KINDS.length; kind++) sums[kind]! += this.counts[slot * KINDS.length + kind]!;
      attempts += this.attempts[slot]!;
    }
    const slice = Math.floor(now / SLICE);
    const durations = this.durationsOf(Array.from({ length: MINUTE / SLICE }, (_, i) => slice - i));
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(durations, share));
    const [ok = 0, failed = 0, refused = 0, other = 0] = sums;
    return { ok, failed, refused, other, attempts, ...(p50 !== undefined && { p50, p95: p95!, p99: p99! }) };
  }

  private countsOf(slot: number): Uint32Array {
    return this.counts.subarray(slot * KINDS.length, (slot + 1) * KINDS.length);
  }

  private slotOf(epochMs: number): number {
    const second = Math.floor(epochMs / 1000);
    const slot = second % SECONDS;
    if (this.at[slot] !== second) {
      this.at[slot] = second;
      this.countsOf(slot).fill(0);
      this.attempts[slot] = 0;
    }
    return slot;
  }

  private sliceOf(epochMs: number): number {
    const slice = Math.floor(epochMs / 1000 / SLICE);
    const slot = slice % SLICES;
    if (this.sliceAt[slot] !== slice) {
      this.sliceAt[slot] = slice;
      this.durations.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
    }
    return slot;
  }

  private durationsOf(slices: readonly number[]): Uint32Array {
    const sums = new Uint32Array(BUCKETS);
    for (const slice of slices) {
      const slot = slice % SLICES;
      if (slice < 0 || this.sliceAt[slot] !== slice) continue;
      for (let bucket = 0; bucket < BUCKETS; bucket++) sums[bucket]! += this.durations[slot * BUCKETS + bucket]!;
    }
    return sums;
  }
}

function bucketOf(ms: number): number {
  if (ms <= LOWEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / LOWEST_MS) * PER_DOUBLING));
}

/** The bound of the bucket in which the share ends, with three digits. */
function quantile(counts: Uint32Array, share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(share * total));
  let below = 0;
  const bucket = counts.findIndex((count) => (below += count) >= rank);
  return Number((LOWEST_MS * 2 ** (bucket / PER_DOUBLING)).toPrecision(3));
}
