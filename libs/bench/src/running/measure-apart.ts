import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { idOf, type BenchCase } from '../bench-case.js';
import type { Cost } from '../measuring/cost.js';

const MAIN = fileURLToPath(new URL('../measure-apart.main.js', import.meta.url));
const LONGEST_MS = 60_000;

/**
 * Measures the cost of a case by `node` in a process of its own. Rejects with the last complaint of that process.
 */
export async function measureApart(node: string, subject: BenchCase): Promise<Cost> {
  const args = ['--expose-gc', MAIN, idOf(subject)];
  try {
    const { stdout } = await promisify(execFile)(node, args, { timeout: LONGEST_MS });
    return JSON.parse(stdout) as Cost;
  } catch (error) {
    throw new Error(complaintOf(error), { cause: error });
  }
}

function complaintOf(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  return /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1) ?? message;
}
