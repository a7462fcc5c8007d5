import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole project, whether this runs as source or compiled. */
export const workspace = fileURLToPath(new URL('../../../', import.meta.url));

/** A folder for what is fetched when it is needed, outside of what the project installs. */
export function cacheFolder(name: string): string {
  return join(workspace, 'node_modules', '.cache', 'breakwater-bench', name);
}
