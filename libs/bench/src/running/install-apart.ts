import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OnDemand } from '../bench-case.js';

const LONGEST_MS = 180_000;

/**
 * Installs packages into a folder that holds nothing else, unless they are there. None of their scripts run. Rejects
 * with what npm says when that fails.
 */
export async function installApart({ folder, packages }: OnDemand, progress: (line: string) => void): Promise<void> {
  const marker = join(folder, 'installed.txt');
  const wanted = packages.join('\n');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  progress(`installing ${packages.join(' ')} (once)`);
  mkdirSync(folder, { recursive: true });
  await npmInstall(folder, packages);
  writeFileSync(marker, wanted);
}

function npmInstall(folder: string, packages: readonly string[]): Promise<void> {
  // The folder is named from within: a shell would take its spaces apart.
  const args = ['install', '--prefix=.', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...args, ...packages], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
      timeout: LONGEST_MS,
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(firstErrorOf(complaint) ?? `npm ended with ${code ?? 'no answer in time'}`));
    });
  });
}

/** The first line that says more than a code. */
function firstErrorOf(complaint: string): string | undefined {
  return /^npm error (?!code |syscall |errno )(.+)$/m.exec(complaint)?.[1];
}
