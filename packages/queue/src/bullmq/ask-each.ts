import type { Connections } from './connections.js';

/** How many are asked in one turn of the event loop. */
const ASKED_AT_ONCE = 200;

/** Asks each, some at a time: with thousands of lines the routes of the application have their turns between. */
export async function askEach<T, Answer>(
  connections: Connections,
  asked: readonly T[],
  question: (each: T) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < asked.length; from += ASKED_AT_ONCE) {
    connections.joinWrites();
    answers.push(...(await Promise.all(asked.slice(from, from + ASKED_AT_ONCE).map(question))));
  }
  return answers;
}
