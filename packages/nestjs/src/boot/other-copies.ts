import { Scope, type Provider } from '@nestjs/common';
import { copies, Resilience } from '../resilience.js';

const MESSAGE =
  '@breakwater/nestjs is loaded twice: a class is decorated with another copy than that of the ResilienceModule which is imported. Load it in one way everywhere, as an ES module or with require(), and have it installed once (npm ls @breakwater/nestjs)';

/**
 * Nest providers that say what is wrong where a class was decorated with another copy of this package: methods, calls
 * and errors of one mean nothing to the other. Transient, so that a copy which is not used here raises nothing.
 */
export function otherCopies(): readonly Provider[] {
  return [...copies]
    .filter((copy) => copy !== Resilience)
    .map((copy) => ({
      provide: copy,
      scope: Scope.TRANSIENT,
      useFactory: () => {
        throw new TypeError(MESSAGE);
      },
    }));
}
