/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const config: Config = {
  testMatch: ['<rootDir>/{packages,apps,libs}/*/{src,test}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@breakwater/([a-z]+)$': ['packages', 'libs', 'apps'].map((room) => `<rootDir>/${room}/$1/src/index.ts`),
    '^@breakwater/([a-z]+)/([a-z]+)$': ['$2/index.ts', '$2.ts', 'clients/$2/index.ts', 'observability/$2/index.ts'].map(
      (entry) => `<rootDir>/packages/$1/src/${entry}`,
    ),
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Built by scripts/build-page.mjs, which `npm test` runs first.
    '^\\.\\./\\.\\./page/files\\.cjs$': '<rootDir>/packages/dashboard/dist/page/files.cjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/(?!page/)', '<rootDir>/.cache/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        // Beside the code and not in it: every spec reads and parses the code anew.
        sourceMaps: true,
      },
    ],
  },
  testSequencer: '<rootDir>/scripts/longest-first.cjs',
  testEnvironment: '<rootDir>/scripts/test-environment.cjs',
  reporters: ['default', '<rootDir>/scripts/credential-reporter.cjs'],
  // Ends a test that hangs, and lets simulations finish on a machine under load.
  testTimeout: 120_000,
  // By default jest leaves one core to itself, which is every other one of two. Many specs wait for processes and
  // servers: two more than there are cores keep all of them busy.
  maxWorkers: availableParallelism() + 2,
  // Node 20 keeps the modules of every spec that a worker has run. A worker with a large heap is also slow to exit, and
  // jest then reports a leak: it ends one that has not exited within half a second.
  workerIdleMemoryLimit: '400MB',
};

export default config;
