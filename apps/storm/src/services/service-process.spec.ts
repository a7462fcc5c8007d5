import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServiceDiedError } from './service-died-error.js';
import { ServiceProcess } from './service-process.js';

const NEVER = new AbortController().signal;

describe('ServiceProcess', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-process-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(source: string, onDeath: (error: ServiceDiedError) => void = () => undefined) {
    const script = join(folder, 'service.mjs');
    await writeFile(script, source);
    return new ServiceProcess({ name: 'shop', script, env: { PORT: '7' }, logFile: join(folder, 'log'), onDeath });
  }

  it('knows the address that the service announces, and keeps what it writes', async () => {
    const service = await run(`
      console.error('a warning');
      console.log('shop listening on http://127.0.0.1:' + process.env.PORT);
      setInterval(() => {}, 1000);
    `);

    expect(await service.address(NEVER)).toBe('http://127.0.0.1:7');
    await service.stop();
    expect(await readFile(join(folder, 'log'), 'utf8')).toContain('a warning');
  });

  it('tells of a service that ends by itself, with the last it had to say', async () => {
    const death = new Promise<ServiceDiedError>((resolve) => {
      void run(`console.error('cannot go on'); process.exitCode = 3;`, resolve);
    });

    expect(await death).toMatchObject({
      message: 'shop ended by itself (exit code 3)',
      service: 'shop',
      stderrTail: 'cannot go on',
    });
  });

  it.each(['stop', 'kill'] as const)('says nothing of a service that was ended by %s()', async (end) => {
    const deaths: ServiceDiedError[] = [];
    const service = await run(`console.log('shop listening on http://x:1'); setInterval(() => {}, 1000);`, (death) =>
      deaths.push(death),
    );
    await service.address(NEVER);
    await service[end]();

    expect(deaths).toEqual([]);
  });
});
