/** The bounds of the buckets in seconds: those that the semantic conventions advise for the durations of requests. */
export const DURATION_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** A trace in which a duration can be looked up. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  /** In epoch seconds. */
  readonly at: number;
}

/** Durations by bucket. Recording is a few comparisons and no allocation. */
export class DurationHistogram {
  /** One more than there are bounds: the last has what is longer than all of them. */
  readonly counts: number[] = new Array<number>(DURATION_BOUNDS.length + 1).fill(0);
  /** The latest of each bucket, where traces are recorded. */
  readonly exemplars: (Exemplar | undefined)[] = [];
  sum = 0;
  count = 0;

  record(seconds: number): void {
    this.counts[bucketOf(seconds)]!++;
    this.sum += seconds;
    this.count++;
  }

  /** Notes the trace of a duration that was recorded. */
  note(exemplar: Exemplar): void {
    this.exemplars[bucketOf(exemplar.value)] = exemplar;
  }
}

function bucketOf(seconds: number): number {
  let bucket = 0;
  while (bucket < DURATION_BOUNDS.length && seconds > DURATION_BOUNDS[bucket]!) bucket++;
  return bucket;
}
