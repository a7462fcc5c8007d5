import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCredentials } from '@breakwater/secrets/testing';

/**
 * Where live credentials stand in the logs of a folder, as they are or as base64, hex, in URLs or JSON; never the
 * credentials themselves.
 */
export async function credentialsInLogs(folder: string, live: readonly string[]): Promise<readonly string[]> {
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const found = await Promise.all(
    logs.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return findCredentials(text, live).map(({ form, at }) => `${name}, as ${form}, at ${at}`);
    }),
  );
  return found.flat();
}
