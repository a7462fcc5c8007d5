// The order in which jest starts the specs of a checkout that has never run them: those first that start processes or
// servers, for which they mostly wait, so that none of them is left alone at the end. Otherwise jest goes by size. Once
// it has timed a spec, it goes by that.
const { existsSync, readFileSync } = require('node:fs');
const { dirname, resolve } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const STARTS = /from '(?:@breakwater\/servers|node:child_process)'/;
const FIXTURES = /from '(\.[^']*\.fixture)\.js'/g;

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const first = new Set(sorted.filter(({ path, duration }) => duration === undefined && startsProcesses(path)));
    return [...first, ...sorted.filter((test) => !first.has(test))];
  }
};

/** Whether a spec imports what starts processes, by itself or through its fixtures. */
function startsProcesses(path) {
  if (!existsSync(path)) return false;
  const code = readFileSync(path, 'utf8');
  return (
    STARTS.test(code) ||
    [...code.matchAll(FIXTURES)].some(([, name]) => startsProcesses(resolve(dirname(path), `${name}.ts`)))
  );
}
