import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** Names the file that keeps the live secrets of a test run, for the search of all that the run has printed. */
export const LIVE_SECRETS = 'BREAKWATER_LIVE_SECRETS';

/**
 * A credential for specs, new in each run, that begins with a text which is no secret. A run of the tests fails where
 * anything that it has printed shows one.
 */
export function liveSecret(prefix = ''): string {
  const secret = randomBytes(16).toString('hex');
  const file = process.env[LIVE_SECRETS];
  if (file !== undefined) appendFileSync(file, `${secret}\n`);
  return `${prefix}${secret}`;
}
