import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { cases } from './cases.js';
import { measure, median } from './measure.js';

const ROUNDS = 3;

const { values, positionals } = parseArgs({
  options: { case: { type: 'string' }, json: { type: 'string' } },
  allowPositionals: true,
});
if (positionals[0] === 'webhooks') await (await import('./webhooks/bench-webhooks.js')).benchWebhooks();
else if (values.case === undefined) await compare(values.json);
else process.stdout.write(`${await measure(cases[Number(values.case)]!)}\n`);

/** Every case in a process of its own, several rounds in turn, so that a machine that changes its speed treats all alike. */
async function compare(json: string | undefined): Promise<void> {
  const rounds = cases.map((): number[] => []);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const index of cases.keys()) {
      process.stderr.write(`round ${round}/${ROUNDS}: ${cases[index]!.name}\n`);
      rounds[index]!.push(await measureApart(index));
    }
  }
  const bare = median(rounds[0]!);
  const results = cases.map(({ name }, index) => ({
    name,
    ns: median(rounds[index]!),
    ratio: median(rounds[index]!) / bare,
  }));
  for (const { name, ns, ratio } of results) {
    process.stdout.write(`${name.padEnd(46)} ${ns.toFixed(0).padStart(7)} ns ${ratio.toFixed(1).padStart(7)} × bare\n`);
  }
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
}

async function measureApart(index: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(import.meta.url),
    '--case',
    String(index),
  ]);
  return Number(stdout);
}
