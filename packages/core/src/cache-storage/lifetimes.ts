const DAY_MS = 86_400_000;

/** The longest that an answer is given from the store, in milliseconds. */
export const LONGEST_MS = 7 * DAY_MS;

/** How long it is remembered there that answers are void: a day longer, as answers are written after the question. */
export const MARKED_MS = LONGEST_MS + DAY_MS;
