import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LIVE_SECRETS, liveSecret } from './live-secret.js';

const jest = fileURLToPath(new URL('../../../../node_modules/jest/bin/jest.js', import.meta.url));
const reporter = fileURLToPath(new URL('../../../../scripts/credential-reporter.cjs', import.meta.url));

/** A spec of which one test runs this code, with a live secret at hand. */
const specOf = (code: string) => `
  const secret = require('node:crypto').randomBytes(16).toString('hex');
  require('node:fs').appendFileSync(process.env['${LIVE_SECRETS}'], secret + '\\n');
  const base64 = (text) => Buffer.from(text).toString('base64');
  test('a test', () => { ${code} });
`;

describe('a run of the tests', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-run-'));
    await writeFile(
      join(folder, 'jest.config.json'),
      JSON.stringify({ reporters: ['default', reporter], rootDir: folder }),
    );
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** The exit code, and what the run says of live credentials. */
  async function run(...codes: readonly string[]): Promise<{ code: number; verdict: string }> {
    await Promise.all(codes.map((code, i) => writeFile(join(folder, `case-${i}.test.js`), specOf(code))));
    const args = [jest, '--config', join(folder, 'jest.config.json'), '--maxWorkers=2', '--no-cache'];
    const { [LIVE_SECRETS]: _ours, ...env } = process.env;
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
        const verdict = /Live credentials: .*(\n {2}as .*)*/.exec(stdout + stderr)?.[0] ?? stderr;
        resolve({ code: error === null ? 0 : Number(error.code), verdict });
      });
    });
  }

  it('fails where a worker has printed a live credential, in whatever form, and does not show it once more', async () => {
    const { code, verdict } = await run(
      "process.stdout.write('Authorization: Basic ' + base64('shop:' + secret) + '\\\\n')",
      "console.log('the key ' + secret.slice(0, 14) + '…')",
      'expect({ secret }).toEqual({})',
    );
    expect(code).toBe(1);
    expect(verdict).toContain('3 looked for, the run has printed 3 of its live credentials');
    expect(verdict).toMatch(/as base64, after: .*Authorization: Basic/);
    expect(verdict).toContain('as beginning of plain, after:');
    expect(verdict).toMatch(/as plain, after:.*secret/);
  });

  it('passes where nothing shows one', async () => {
    const { code, verdict } = await run("console.log('Authorization: [redacted]'); expect(secret).toHaveLength(32)");
    expect({ code, verdict }).toEqual({ code: 0, verdict: 'Live credentials: 1 looked for, none printed' });
  });

  it('knows the secrets of its specs', () => {
    expect(process.env[LIVE_SECRETS]).toBeDefined();
    expect(liveSecret('sk_live_')).toMatch(/^sk_live_[\da-f]{32}$/);
  });
});
