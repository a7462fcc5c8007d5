import { Scope, type Provider } from '@nestjs/common';
import { askedTokens } from '../inject/asked-tokens.js';
import { copies, Resilience } from '../resilience.js';

const MESSAGE =
  '@breakwater/nestjs is loaded twice: a class is decorated with another copy than that of the ResilienceModule which is imported. Load it in one way everywhere, as an ES module or with require(), and have it installed once (npm ls @breakwater/nestjs)';

/**
 * Nest providers that say what is wrong where a class was decorated with another copy of this package, by what that
 * asks for and those that are `provided` lack: methods, calls and errors of one copy mean nothing to the other.
 * Transient, so that a copy which is not used here raises nothing.
 */
export function otherCopies(provided: readonly Provider[]): readonly Provider[] {
  const known = new Set(provided.map((provider) => (provider as { provide: unknown }).provide).concat(Resilience));
  return [...copies, ...askedTokens]
    .filter((token) => !known.has(token))
    .map((provide) => ({
      provide,
      scope: Scope.TRANSIENT,
      useFactory: () => {
        throw new TypeError(MESSAGE);
      },
    }));
}
