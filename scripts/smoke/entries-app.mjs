// Imports every entry. With `--without-peers`, the optional ones are not installed.
import 'reflect-metadata';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import entries from './entries.cjs';

const here = dirname(fileURLToPath(import.meta.url));
const peersAreThere = !process.argv.includes('--without-peers');
const without = await entries((entry) => import(entry), { here, peersAreThere });
process.stdout.write(`ES modules, every entry: works${without.map((line) => `\n  ${line}`).join('')}\n`);
