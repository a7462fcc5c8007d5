/** Calls as they come, in whole milliseconds. */
export interface Arrivals {
  readonly name: string;
  readonly at: readonly number[];
  /** Whether more comes than the limit lets through, so that it counts how much that is. */
  readonly saturates: boolean;
}

/** Bursts, floods, independent calls at several loads, and clumps of them. */
export function arrivalsFor(limit: number, perMs: number, most: number, least = 200): readonly Arrivals[] {
  const count = Math.min(most, Math.max(least, limit * 20));
  const random = seeded(7);
  const gap = (load: number) => ((-Math.log(1 - random()) * perMs) / limit / load) as number;
  const poisson = (load: number) => {
    let at = 0;
    return Array.from({ length: count }, () => Math.round((at += gap(load))));
  };
  return [
    { name: 'burst of the limit', at: Array<number>(limit).fill(0), saturates: false },
    { name: 'flood', at: Array<number>(Math.min(most, limit * 20)).fill(0), saturates: limit * 20 <= most },
    ...[0.5, 0.8, 0.9, 0.95].map((load) => ({ name: `Poisson ${load * 100} %`, at: poisson(load), saturates: false })),
    { name: 'clumps 80 %', at: clumps(count, Math.max(2, Math.round(limit / 4)), () => gap(0.8)), saturates: false },
  ];
}

function clumps(count: number, size: number, gap: () => number): number[] {
  const at: number[] = [];
  for (let now = 0; at.length < count; now += gap() * size) {
    for (let i = 0; i < size && at.length < count; i++) at.push(Math.round(now));
  }
  return at;
}

/** The same numbers in [0, 1) every time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
}
