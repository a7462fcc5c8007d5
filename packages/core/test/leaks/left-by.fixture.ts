import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** The remains of repeating one use: live bytes for each repetition, timers and listeners altogether. */
export interface Left {
  readonly bytes: number;
  readonly timers: number;
  readonly listeners: number;
}

/** On a machine under load a process takes minutes that takes seconds otherwise. */
export const LONGEST_MS = 600_000;

/** The bytes that one repetition may leave behind before it is a leak: less than the smallest object. */
export const NOISE_BYTES = 12;

/**
 * Repeats a use of the engine in a process of its own. A referenced timer that is left would keep the process alive.
 */
export async function leftBy(use: string, times: number): Promise<Left> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-leaks-'));
  try {
    const probe = join(folder, 'probe.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'probe.fixture.ts')],
      outfile: probe,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const args = ['--expose-gc', probe, use, String(times)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LONGEST_MS });
    return JSON.parse(stdout) as Left;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
