// Walks a newcomer's path in applications of their own: made as the CLIs of Nest 11 and 12 make them, on Express and
// Fastify, installed by npm and pnpm, on several releases of Node; the packed files by the install lines of the README,
// `nest add`, a decorated client, a webhook. They have to build, to keep the generated tests green, to boot, to charge
// once through a provider that fails at first, to tell a signed webhook from a forged one, and to tell terminus of an
// isolated circuit; `nest add` a second time changes nothing. Usage: main.mjs [--quick] [--node 20,22,24]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeApplication, tryMonorepo } from './application.mjs';
import { nodesOf } from './nodes.mjs';
import { pack } from './pack.mjs';
import { exercise } from './exercise.mjs';

const rows = [
  { template: 'nest-11', manager: 'npm', platform: 'express' },
  { template: 'nest-11', manager: 'pnpm', platform: 'fastify' },
  { template: 'nest-12-esm', manager: 'npm', platform: 'fastify' },
  { template: 'nest-12-esm', manager: 'pnpm', platform: 'express' },
  // Nest 12 is ES modules alone, which Jest loads into CommonJS on Node 24.9 and later only.
  { template: 'nest-12-cjs', manager: 'npm', platform: 'express', testsFrom: [24, 9] },
];
const isQuick = process.argv.includes('--quick');
const scratch = mkdtempSync(join(tmpdir(), 'breakwater-compat-'));

try {
  const packed = pack(scratch);
  const nodes = await nodesOf(process.argv, scratch);
  for (const row of isQuick ? rows.slice(0, 1) : rows) {
    const application = await makeApplication(row, { scratch, packed });
    for (const node of nodes) {
      const tests = runsTests(row, node) ? 'and its tests pass' : `its tests need Node ${row.testsFrom.join('.')}`;
      application.build(node);
      if (runsTests(row, node)) application.test(node);
      await exercise(application, node);
      const { terminus } = application;
      const name = `${row.template}, ${row.platform}, terminus ${terminus}, ${row.manager}, Node ${node.version}`;
      process.stdout.write(
        `${name}: builds, boots, charges once, knows a forged webhook, tells of its health; ${tests}\n`,
      );
    }
  }
  if (!isQuick) for (const template of ['nest-11', 'nest-12-esm']) await tryMonorepo(template, { scratch, packed });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function runsTests({ testsFrom: [major, minor] = [0, 0] }, { version }) {
  const [ofMajor, ofMinor] = version.split('.').map(Number);
  return ofMajor > major || (ofMajor === major && ofMinor >= minor);
}
