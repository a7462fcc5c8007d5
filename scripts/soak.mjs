// Lets the models of the engine's state machines run for long: random interleavings against what each is to do.
// Usage: npm run test:soak [-- --runs N] [SPEC…]; a million runs of every *.model.spec.ts of core unless given.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const A_DAY = 86_400_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '1000000' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) fail(`--runs ${values.runs}: expected a whole number from 1`);

const folder = join(root, 'packages', 'core', 'src');
const specs = readdirSync(folder, { recursive: true })
  .map((path) => join(folder, path))
  .filter((path) => path.endsWith('.model.spec.ts'))
  .filter((path) => positionals.length === 0 || positionals.some((given) => path.includes(given)))
  .sort();
if (specs.length === 0) fail(`no model spec is named like ${positionals.join(' or ')}`);
for (const spec of specs) {
  if (!readFileSync(spec, 'utf8').includes('modelRuns(')) fail(`${spec} has runs of its own: it is to ask modelRuns()`);
}

let failed = 0;
for (const spec of specs) {
  process.stdout.write(`\n=== ${spec.slice(folder.length + 1)}: ${runs} runs\n`);
  const started = performance.now();
  if (!soak(spec)) failed++;
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}
if (failed > 0) fail(`\n${failed} of ${specs.length} models disagree with the code`);
process.stdout.write(`\n${specs.length} models agree with the code in ${runs} runs each\n`);

function soak(spec) {
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--runTestsByPath',
      spec,
      '--verbose',
      `--testTimeout=${A_DAY}`,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, BREAKWATER_MODEL_RUNS: String(runs) } },
  );
  return status === 0;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
