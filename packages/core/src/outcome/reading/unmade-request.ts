import { networkKind } from '../protocols/network.js';
import { errorChain, readSafely } from './error-chain.js';
import { isProgrammingMistake } from './programming-mistake.js';

/**
 * Whether an error of `fetch` says that the request could not be made as it was asked for, so that nothing was sent: a
 * GET with a body, a port or a scheme that it does not serve. Never throws.
 */
export function isUnmadeRequest(error: unknown): boolean {
  const chain = errorChain(error);
  const [own] = chain;
  if (own === undefined) return false;
  return readSafely(() => isProgrammingMistake(own)) === true || chain.some((each) => readSafely(() => refuses(each)));
}

/** An error that holds an answer, as those of other clients in the place of `fetch` do, was not one of making it. */
function refuses(error: object): boolean {
  return networkKind(error) === 'invalid' && !('response' in error);
}
