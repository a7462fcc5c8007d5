import { join } from 'node:path';
import { cacheFolder } from '../workspace.js';
import { installApart } from './install-apart.js';
import { nodePackage } from './node-package.js';

const MAJOR = 24;

/**
 * The Node that measures: this one when it is 24 or later, as several of the peers need 22; otherwise a 24 from npm.
 */
export async function benchNode(progress: (line: string) => void): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) >= MAJOR) return process.execPath;
  const { name, binary } = nodePackage(process.platform, process.arch);
  const folder = cacheFolder(`node-${MAJOR}`);
  try {
    await installApart({ folder, packages: [`${name}@${MAJOR}`] }, progress);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `${name}@${MAJOR} cannot be installed (${message}): run this with a Node of your own, 24 or later`,
      {
        cause: error,
      },
    );
  }
  return join(folder, 'node_modules', name, binary);
}
