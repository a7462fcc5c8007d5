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
const SHARES = [0.5, 0.95, 0.99] as const;

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
  private readonly sums = new Uint32Array(BUCKETS);

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
      const found = percentiles(this.durationsOf(slice, 1));
      if (found !== undefined) views.push([slice * SLICE, ...found]);
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
    const found = percentiles(this.durationsOf(Math.floor(now / SLICE), MINUTE / SLICE));
    const [ok = 0, failed = 0, refused = 0, other = 0] = sums;
    const [p50, p95, p99] = found ?? [];
    return { ok, failed, refused, other, attempts, ...(found && { p50: p50!, p95: p95!, p99: p99! }) };
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

  /** The durations of `count` slices, the latest being `slice`. */
  private durationsOf(slice: number, count: number): Uint32Array {
    const sums = this.sums.fill(0);
    for (let each = slice; each > slice - count; each--) {
      const slot = each % SLICES;
      if (each < 0 || this.sliceAt[slot] !== each) continue;
      const from = slot * BUCKETS;
      for (let bucket = 0; bucket < BUCKETS; bucket++) sums[bucket]! += this.durations[from + bucket]!;
    }
    return sums;
  }
}

function bucketOf(ms: number): number {
  if (ms <= LOWEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / LOWEST_MS) * PER_DOUBLING));
}

/** The bounds of the buckets in which half, 95 and 99 of a hundred end, with three digits, in milliseconds. */
function percentiles(counts: Uint32Array): readonly [p50: number, p95: number, p99: number] | undefined {
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) total += counts[bucket]!;
  if (total === 0) return undefined;
  const found: number[] = [];
  let below = 0;
  for (let bucket = 0; found.length < SHARES.length; bucket++) {
    below += counts[bucket]!;
    while (found.length < SHARES.length && below >= Math.max(1, Math.ceil(SHARES[found.length]! * total))) {
      found.push(Number((LOWEST_MS * 2 ** (bucket / PER_DOUBLING)).toPrecision(3)));
    }
  }
  return found as [number, number, number];
}
