// Changes the policies in small ways and runs their specs against every change: what no spec notices is printed.
// A policy's own specs must notice at least 90 % of its mutants; what other specs would notice does not count.
// Usage: npm run test:mutation [-- FOLDER-OR-FILE…], of packages/core/src/policies; all of them unless given.
import { Stryker } from '@stryker-mutator/core';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEAST = 90;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const policies = join(root, 'packages', 'core', 'src', 'policies');

process.chdir(root);
// A model whose cases are random notices most mutants in the first of them.
process.env.BREAKWATER_MODEL_RUNS ??= '50';

const targets = process.argv.length > 2 ? process.argv.slice(2).map(target) : everyPolicy();
const rows = [];
for (const { policy, mutate } of targets) rows.push({ policy, ...(await run(policy, mutate)) });
report(rows);

function everyPolicy() {
  return readdirSync(policies, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ policy: name, mutate: posix(join(policies, name, '**', '*.ts')) }));
}

/** npm runs scripts in the root of the repository: paths are meant from where the command was typed. */
function target(given) {
  const path = [process.env.INIT_CWD ?? '.', root].map((from) => resolve(from, given)).find((from) => existsSync(from));
  const [policy] = relative(policies, path ?? root).split(sep);
  if (path === undefined || policy === '' || policy === '..' || !statSync(join(policies, policy)).isDirectory()) {
    process.stderr.write(`${given}: expected a policy's folder or file, such as packages/core/src/policies/retry\n`);
    process.exit(2);
  }
  return { policy, mutate: posix(statSync(path).isDirectory() ? join(path, '**', '*.ts') : path) };
}

/** Schemas, kinds and errors are mutated like the rest: defaults, limits and messages are promises, too. */
async function run(policy, mutate) {
  const started = performance.now();
  process.stdout.write(`\n=== ${policy}\n`);
  const mutants = await new Stryker({
    // Telemetry is types and levels of events: docs/events.md is checked against them.
    mutate: [mutate, '!**/*.spec.ts', '!**/*.fixture.ts', '!**/*.telemetry.ts'],
    plugins: [join(root, 'scripts', 'mutation', 'spec-runner.mjs')],
    testRunner: 'specs',
    specs: `packages/core/src/policies/${policy}`,
    buildCommand: `node ${join(root, 'scripts', 'mutation', 'transpile.mjs')}`,
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // A mutant that is only slow, on a machine that has other work, is no mutant that loops for ever.
    timeoutMS: 30_000,
    dryRunTimeoutMinutes: 30,
    ignorePatterns: ['/*', '!/packages', '/packages/*', '!/packages/core', '!/package.json', '!/jest.config.ts'],
    tempDirName: '.cache/mutation/sandbox',
    reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
    clearTextReporter: { reportTests: false, logTests: false, reportScoreTable: true, allowEmojis: false },
    htmlReporter: { fileName: `.cache/mutation/${policy}.html` },
    jsonReporter: { fileName: `.cache/mutation/${policy}.json` },
    logLevel: 'warn',
    thresholds: { high: 95, low: LEAST, break: LEAST },
  }).runMutationTest();
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    noticed: count('Killed', 'Timeout'),
    missed: count('Survived', 'NoCoverage'),
    timeouts: count('Timeout'),
    seconds: (performance.now() - started) / 1000,
  };
}

function report(rows) {
  const line = ({ policy, noticed, missed, timeouts, seconds }) =>
    [
      policy.padEnd(20),
      noticed + missed === 0 ? '     no mutants' : `${((100 * noticed) / (noticed + missed)).toFixed(1).padStart(5)} %`,
      `${noticed} of ${noticed + missed} noticed, ${timeouts} by the time they took`.padStart(46),
      `${seconds.toFixed(0)} s`.padStart(8),
    ].join('  ');
  const sum = (what) => rows.reduce((total, row) => total + row[what], 0);
  const all = {
    policy: 'together',
    noticed: sum('noticed'),
    missed: sum('missed'),
    timeouts: sum('timeouts'),
    seconds: sum('seconds'),
  };
  process.stdout.write(`\nMutation score, at least ${LEAST} % each:\n${[...rows, all].map(line).join('\n')}\n`);
}

function posix(path) {
  return relative(root, path).split(sep).join('/');
}
