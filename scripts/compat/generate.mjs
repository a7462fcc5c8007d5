import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { root } from './pack.mjs';
import { run } from './run.mjs';

/** An application as Nest's CLI makes it: `nest-11`, `nest-12-esm` or `nest-12-cjs`. */
export async function generate(template, folder) {
  if (template === 'nest-11') {
    const options = ['--skip-install', '--skip-git', '--package-manager', 'npm', '--language', 'ts'];
    run('npx', ['--yes', '@nestjs/cli@11', 'new', basename(folder), ...options], dirname(folder));
  } else await generateOf12(template.slice('nest-12-'.length), folder);
}

/** As the CLI of the workspace does it, which asks in a terminal which kind of modules is wanted. */
async function generateOf12(type, folder) {
  const { NodeWorkflow } = await import('@angular-devkit/schematics/tools/index.js');
  mkdirSync(folder);
  const workflow = new NodeWorkflow(folder, { resolvePaths: [root] });
  const common = { name: 'app', directory: '.', version: '0.0.1', language: 'ts', packageManager: 'npm' };
  const options = { ...common, type, strict: true, spec: true, specFileSuffix: 'spec' };
  await new Promise((complete, error) =>
    workflow
      .execute({ collection: '@nestjs/schematics', schematic: 'application', options, allowPrivate: true })
      .subscribe({ complete, error }),
  );
}
