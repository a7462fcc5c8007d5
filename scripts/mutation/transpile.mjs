// Run by Stryker in its sandbox, once the mutants are in the code: makes JavaScript beside every TypeScript file.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';

const globals = JSON.stringify(new URL('jest-globals.mjs', import.meta.url).href);

await build({
  entryPoints: ['packages/core/src/**/*.ts'],
  outdir: 'packages/core/src',
  outbase: 'packages/core/src',
  format: 'esm',
  target: 'es2022',
  sourcemap: 'inline',
  sourcesContent: false,
  logLevel: 'warning',
  plugins: [{ name: 'jest-globals', setup: replaceGlobals }],
});

function replaceGlobals({ onLoad }) {
  onLoad({ filter: /\.(?:spec|fixture)\.ts$/ }, async ({ path }) => ({
    contents: (await readFile(path, 'utf8')).replaceAll("'@jest/globals'", globals),
    loader: 'ts',
  }));
}
