import { printed } from '../../values/printed.js';
import type { CacheSettings } from './cache.options.js';

/** Each tag of an answer is looked up when it is read from the store. */
const MOST_TAGS = 100;

const NONE: readonly string[] = Object.freeze([]);

interface Tagged {
  readonly result: unknown;
  readonly args: readonly unknown[];
  readonly receiver: unknown;
}

/** The tags of an answer. Throws where the user's function does, or returns anything but tags. */
export function tagsOf({ tags }: CacheSettings, { result, args, receiver }: Tagged): readonly string[] {
  const given = typeof tags === 'function' ? tags.call(receiver, result, ...args) : (tags ?? NONE);
  if (Array.isArray(given) && given.length <= MOST_TAGS && given.every((tag) => typeof tag === 'string')) {
    return given as readonly string[];
  }
  throw new TypeError(`expected a list of at most ${MOST_TAGS} strings at once, got ${printed(given)}`);
}

/** The tags of a failure that is kept: there is no result to ask for more. */
export function tagsOfFailure({ tags }: CacheSettings): readonly string[] {
  return typeof tags === 'object' ? tags : NONE;
}
