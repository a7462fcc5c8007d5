import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ServerUnavailableError } from './server-unavailable.error.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** Without a window, a sandbox that containers do not allow, and everything that would go out to the network. */
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the Chromium of the machine (Debian: `apt-get install chromium`). Throws a `ServerUnavailableError`. */
export async function startChromium(): Promise<Browser> {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isExecutable);
  if (found === undefined)
    throw new ServerUnavailableError('chromium', 'it is not installed: apt-get install chromium');
  // Only specs that need it load it: it is as large as all the rest of them.
  const { chromium } = await import('playwright-core');
  try {
    return await chromium.launch({ executablePath: found, args: ARGS });
  } catch (error) {
    throw new ServerUnavailableError('chromium', 'it does not start here', error);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
