// Runs the races on the durable stores in full: 300 keys with 32 racers in four processes, 200 calls with one key, and
// eight times kill -9 under load, on SQLite, Redis and Postgres, and how much four processes use of a limit that they
// share. Prints the figures. Usage: npm run test:stores
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--runTestsByPath',
    join(root, 'packages', 'nestjs', 'test', 'stores', 'races.processes.spec.ts'),
    join(root, 'libs', 'bench', 'src', 'state', 'shared-limit.spec.ts'),
    // The figures of one would fall on the other.
    '--runInBand',
    '--verbose',
    '--testTimeout=1800000',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, BREAKWATER_STORES: 'full' } },
);
process.exit(status ?? 1);
