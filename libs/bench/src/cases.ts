import type { BenchCase } from './bench-case.js';
import { bare } from './cases/bare.case.js';
import { breakwater, breakwaterWithTimeout } from './cases/breakwater.case.js';
import { cockatiel, cockatielWithTimeout } from './cases/cockatiel.case.js';
import { decorated } from './cases/decorated.case.js';

/** Everything that is measured. The first is what the others are compared with. */
export const cases: readonly BenchCase[] = [
  bare,
  breakwater,
  cockatiel,
  breakwaterWithTimeout,
  cockatielWithTimeout,
  decorated,
];
