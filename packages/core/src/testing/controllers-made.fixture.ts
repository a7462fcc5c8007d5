/**
 * How many `AbortController`s are made while something runs: each costs more than all of a call's gates together. Not
 * part of the testing entry.
 */
export async function controllersMade(run: () => unknown): Promise<number> {
  const { AbortController: Standing } = globalThis;
  let made = 0;
  globalThis.AbortController = class extends Standing {
    constructor() {
      super();
      made++;
    }
  };
  try {
    await run();
    return made;
  } finally {
    globalThis.AbortController = Standing;
  }
}
