/** Where every copy of undici finds the process's dispatcher. Source: undici, `lib/global.js`. */
const GLOBAL = Symbol.for('undici.globalDispatcher.1');

/** The dispatcher of the process; `undefined` until anything of Node's undici was used. */
export function standingDispatcher(): object | undefined {
  const { [GLOBAL]: standing } = globalThis as { [GLOBAL]?: unknown };
  return typeof standing === 'object' && standing !== null ? standing : undefined;
}
