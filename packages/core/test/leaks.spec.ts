import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

/** What one repetition may leave behind before it is a leak, in bytes: less than the smallest object. */
const NOISE_BYTES = 12;

describe('the engine leaves nothing behind', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-leaks-'));
    await build({
      entryPoints: [join(import.meta.dirname, 'leaks.fixture.ts')],
      outfile: join(folder, 'probe.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A probe that left a referenced timer would not end by itself within the time that it is given. */
  async function leftBy(what: string, times: number): Promise<{ bytes: number; timers: number; listeners: number }> {
    const args = ['--expose-gc', join(folder, 'probe.mjs'), what, String(times)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 110_000 });
    return JSON.parse(stdout) as { bytes: number; timers: number; listeners: number };
  }

  it.each([
    ['calls with one signal', 100_000],
    ['failing calls with one signal', 100_000],
    ['calls that read their signal', 100_000],
    ['calls that are given up', 100_000],
    ['calls of ever new keys', 100_000],
    ['providers that are dropped', 100_000],
  ])(
    'after %s: no listener, no timer that holds the process, and a flat heap (%i times)',
    async (what, times) => {
      const { bytes, timers, listeners } = await leftBy(what, times);
      expect({ timers, listeners }).toEqual({ timers: 0, listeners: 0 });
      expect(bytes).toBeLessThan(NOISE_BYTES);
    },
    120_000,
  );
});
