import { Module } from '@nestjs/common';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FaultsModule } from '../faults.module.js';
import { runMockService } from './run-mock-service.js';
import { startMockService } from './start-mock-service.js';

@Module({})
class IdleModule {}

const start = () => startMockService({ module: IdleModule, imports: [FaultsModule.forRoot()] });

describe('runMockService', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it listens, and %s ends it while requests hang',
    async (signal) => {
      const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
      const exited = new Promise<unknown>((resolve) => {
        jest.spyOn(process, 'exit').mockImplementation((code) => resolve(code) as never);
      });
      await runMockService('idle', start);
      const [line] = write.mock.calls.map(([text]) => String(text));
      expect(write).toHaveBeenCalledTimes(1);
      expect(line).toMatch(/^idle listening on http:\/\/127\.0\.0\.1:\d+\n$/);
      const url = /http\S+/.exec(line ?? '')?.[0] ?? '';
      await fetch(`${url}/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{"hang":true}',
      });
      const hanging = fetch(url).catch((error: unknown) => error);
      while (!(await struck(url))) continue;

      process.emit(signal);

      expect(await exited).toBe(0);
      expect(await hanging).toMatchObject({ name: 'TypeError' });
    },
  );
});

async function struck(url: string): Promise<boolean> {
  const { struck } = (await (await fetch(`${url}/faults`)).json()) as { struck: { hang: number } };
  return struck.hang > 0;
}
