// Stands for @jest/globals while mutants are tested: notes the tests of each spec, which `spec-runner.mjs` runs.
import { expect } from 'expect';
import { format } from 'node:util';

export { expect };

/** The tests of every spec that was imported, in their order. */
export const tests = [];

let group = { names: [], before: [], after: [] };
let file = '';

/** Notes the tests of one spec, which `load` imports. */
export async function collect(path, load) {
  file = path;
  await load();
}

export function describe(name, define) {
  const outer = group;
  group = { names: [...outer.names, name], before: [...outer.before], after: [...outer.after] };
  define();
  group = outer;
}

export function it(name, run) {
  const { names, before, after } = group;
  const title = [...names, name].join(' ');
  const alike = tests.filter((test) => test.file === file && test.title === title).length;
  const id = `${file} ${title}${alike > 0 ? ` (${alike + 1})` : ''}`;
  tests.push({ id, title, file, run, before, after });
}

export const test = it;
export const beforeEach = (hook) => group.before.push(hook);
export const afterEach = (hook) => group.after.unshift(hook);
describe.each = eachBy(describe);
it.each = eachBy(it);

/** A row is a list of arguments, or the only one. */
function eachBy(define) {
  return (rows) => (name, run) => {
    for (const row of rows) {
      const args = Array.isArray(row) ? row : [row];
      define(format(name, ...args), () => run(...args));
    }
  };
}

// Contracts of policies and stores take the runner's own.
Object.assign(globalThis, { describe, it });
