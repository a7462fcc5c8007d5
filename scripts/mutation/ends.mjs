// Runs a test to its end, also where it has none: one that waits for what will never come keeps nothing alive.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** How often in a row nothing may be under way while a test has not ended. */
const IDLE = 20;

/** How many timers, handles and requests keep this process alive besides those of tests. */
let own = Infinity;

let unhandled;
process.on('unhandledRejection', (error) => (unhandled ??= { error }));
process.on('uncaughtException', (error) => (unhandled ??= { error }));

/** To be called before the first test, when what was imported has come to rest: what is left belongs to no test. */
export async function begin() {
  for (let i = 0; i < IDLE; i++) {
    await sleep(5);
    own = Math.min(own, process.getActiveResourcesInfo().length);
  }
}

/** The message of what a test has failed with, also by taking longer than it may; `undefined` if it has passed. */
export async function ends(run, longestMs) {
  unhandled = undefined;
  let ended = false;
  const failure = attempt(run).finally(() => (ended = true));
  const message = (await Promise.race([failure, stuck(() => ended, longestMs)])) ?? (await afterwards());
  return message;
}

async function attempt(run) {
  try {
    await run();
    return undefined;
  } catch (error) {
    return text(error);
  }
}

/** A rejection without a handler is told in a turn of its own. */
async function afterwards() {
  await turn();
  return unhandled === undefined ? undefined : text(unhandled.error);
}

/**
 * Settles only if the test is stuck: it has not ended, and neither a timer nor input or output is left, or it takes too
 * long.
 */
async function stuck(hasEnded, longestMs) {
  const until = performance.now() + longestMs;
  await turn();
  for (let idle = 0; idle < IDLE;) {
    if (hasEnded()) return new Promise(() => undefined);
    if (performance.now() > until) return `The test has not ended in ${longestMs} ms.`;
    const alive = process.getActiveResourcesInfo().length;
    await sleep(5);
    idle = alive > own ? 0 : idle + 1;
  }
  return 'The test never ends.';
}

function text(error) {
  return String(error?.stack ?? error);
}
