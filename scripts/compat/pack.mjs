import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The files to publish, by the name of their package. */
export function pack(scratch) {
  return Object.fromEntries(
    readdirSync(join(root, 'packages')).map((folder) => {
      const path = join(root, 'packages', folder);
      const output = run('npm', ['pack', path, '--pack-destination', scratch, '--json', '--loglevel=error'], root);
      const [{ filename }] = Object.values(JSON.parse(output));
      return [`@breakwater/${folder}`, join(scratch, filename)];
    }),
  );
}
