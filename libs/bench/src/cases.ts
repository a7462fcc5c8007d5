import type { BenchCase } from './bench-case.js';
import { bare } from './cases/bare.case.js';
import { bottleneck } from './cases/bottleneck.case.js';
import { breakwater } from './cases/breakwater.case.js';
import { cockatiel } from './cases/cockatiel.case.js';
import { decorated } from './cases/decorated.case.js';
import { limiter } from './cases/limiter.case.js';
import { mollitia } from './cases/mollitia.case.js';
import { nestjsResilience } from './cases/nestjs-resilience.case.js';
import { opossum } from './cases/opossum.case.js';
import { pQueue } from './cases/p-queue.case.js';
import { pRetry } from './cases/p-retry.case.js';
import { rateLimiterFlexible } from './cases/rate-limiter-flexible.case.js';

/** Everything that is measured. The first of a group of calls is what the others of that group are told against. */
export const cases: readonly BenchCase[] = [
  ...bare,
  ...breakwater,
  ...decorated,
  ...cockatiel,
  ...opossum,
  ...mollitia,
  ...nestjsResilience,
  ...rateLimiterFlexible,
  ...limiter,
  ...bottleneck,
  ...pQueue,
  ...pRetry,
];
