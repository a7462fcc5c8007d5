// Compiles every TypeScript code block of every document, each as a module of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, '.cache', 'documents');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

let blocks = 0;
for (const document of documents()) {
  const text = readFileSync(join(root, document), 'utf8');
  for (const block of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, block.index).split('\n').length;
    writeFileSync(join(folder, `${document.replaceAll(/[/.]/g, '-')}-line-${line}.ts`), `${block[1]}export {};\n`);
    blocks++;
  }
}
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.check.json',
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      // As strict as an application may be that copies it.
      exactOptionalPropertyTypes: true,
      tsBuildInfoFile: join(root, 'node_modules', '.cache', 'documents.tsbuildinfo'),
    },
    include: ['./*.ts'],
  }),
);
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1);
process.stdout.write(`${blocks} code blocks of the documents compile\n`);

function documents() {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '*.md', ':!*.api.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}
