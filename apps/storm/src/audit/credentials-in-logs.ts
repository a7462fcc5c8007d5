import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCredentials } from '@breakwater/secrets/testing';

/** So much of a credential is as good as found by chance as all of it. */
const BEGINNING = 12;

/**
 * Where live credentials stand in the logs of a folder, as they are or as base64, hex, in URLs or JSON, whole or
 * shortened; never the credentials themselves.
 */
export async function credentialsInLogs(folder: string, live: readonly string[]): Promise<readonly string[]> {
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const found = await Promise.all(
    logs.map(async (name) => credentialsIn(name, await readFile(join(folder, name), 'utf8'), live)),
  );
  return found.flat();
}

/** The same of one text; `name` says what it is. */
export function credentialsIn(name: string, text: string, live: readonly string[]): readonly string[] {
  return findCredentials(text, live, { beginning: BEGINNING }).map(({ form, at }) => `${name}, as ${form}, at ${at}`);
}
