import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cases } from './cases.js';
import type { BenchOptions } from './options.js';
import { machine } from './reporting/machine.js';
import { markdownReport } from './reporting/markdown-report.js';
import { peerVersions } from './reporting/peer-versions.js';
import type { Report } from './reporting/report.js';
import { textReport } from './reporting/text-report.js';
import { updateDocument } from './reporting/update-document.js';
import { benchNode } from './running/bench-node.js';
import { compare } from './running/compare.js';
import { selectCases } from './select-cases.js';
import { workspace } from './workspace.js';

const DOCUMENT = join(workspace, 'docs', 'benchmarks.md');

/** Measures the calls that were asked for, prints the tables, and writes them where they are wanted. */
export async function benchCalls({ only, rounds, json, docs }: BenchOptions): Promise<void> {
  const selected = selectCases(cases, only);
  const node = await benchNode(progress);
  const comparison = await compare(selected, rounds, node, progress);
  const report: Report = {
    date: new Date().toISOString(),
    machine: machine(),
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    rounds,
    versions: peerVersions(selected),
    ...comparison,
  };
  process.stdout.write(`\n${textReport(report)}`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (docs) await writeFile(DOCUMENT, updateDocument(await readFile(DOCUMENT, 'utf8'), markdownReport(report)));
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
