/** One way to use a store, beside others of the same server. */
export interface StateCase {
  readonly name: string;
  /** The most that it may cost, as a multiple of the bare round trip of the same table. */
  readonly most?: number;
  /** Does it once. */
  run(): Promise<unknown>;
}

/** The cases of one server, the first of which is its bare round trip. */
export interface ServerCases {
  readonly cases: readonly StateCase[];
  close(): Promise<void>;
}

export interface Measured {
  readonly name: string;
  readonly most: number | undefined;
  /** Microseconds for each, one after the other. */
  readonly aloneUs: number;
  /** Microseconds for each with 64 in flight. */
  readonly togetherUs: number;
}

const IN_FLIGHT = 64;
const ROUNDS = 6;
const ROUND_MS = 200;

/**
 * Measures all of them in turn, several times, and takes the fastest of each: what disturbs one round disturbs the
 * others less.
 */
export async function measureRoundTrips(cases: readonly StateCase[]): Promise<readonly Measured[]> {
  const alone = cases.map((): number[] => []);
  const together = cases.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, { run }] of cases.entries()) {
      const one = await usFor(run, 1);
      const many = await usFor(run, IN_FLIGHT);
      // The first round warms up.
      if (round === 0) continue;
      alone[i]!.push(one);
      together[i]!.push(many);
    }
  }
  return cases.map(({ name, most }, i) => ({
    name,
    most,
    aloneUs: Math.min(...alone[i]!),
    togetherUs: Math.min(...together[i]!),
  }));
}

async function usFor(run: () => Promise<unknown>, inFlight: number): Promise<number> {
  const from = performance.now();
  let done = 0;
  const worker = async () => {
    while (performance.now() - from < ROUND_MS) {
      await run();
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return ((performance.now() - from) * 1000) / done;
}
