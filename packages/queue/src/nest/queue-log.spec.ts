import { TestClock } from '@breakwater/core/testing';
import { Resilience, ResilienceModule } from '@breakwater/nestjs';
import { ResilienceParts } from '@breakwater/nestjs/adapter';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { QueueLog } from './queue-log.js';

describe('the log of a queue', () => {
  const clock = new TestClock();
  const lines: string[] = [];
  let module: TestingModule;

  async function start(logger: boolean): Promise<void> {
    const write =
      (level: string) =>
      (message: unknown, ...rest: unknown[]): void =>
        void lines.push(`${level} [${String(rest.at(-1))}] ${String(message)}`);
    lines.length = 0;
    module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, logger, providers: { crm: {} } })],
      providers: [QueueLog],
    }).compile();
    Logger.overrideLogger({ log: write('log'), warn: write('warn'), error: write('error'), fatal: write('fatal') });
    module.get(QueueLog).start();
  }
  afterEach(async () => {
    module.get(QueueLog).stop();
    await module.close();
    Logger.overrideLogger(false);
  });

  function bury(jobs: number): void {
    const { events } = module.get(ResilienceParts).registry;
    for (let i = 0; i < jobs; i++) {
      const detail = { id: `job-${i}`, failure: 'permanent', reason: '404', attempt: 1 } as const;
      events.emit({ type: 'queue.dead', provider: 'crm', operation: 'contact.sync', at: 0, detail } as never);
    }
  }

  it('has ten lines a minute of dead jobs, and one that counts the others', async () => {
    await start(true);
    expect(module.get(Resilience)).toBeDefined();
    bury(500);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe(
      "error [SyncQueue] 'crm' (contact.sync): job job-0 is dead after 1 attempts (permanent): 404",
    );
    await clock.advance('1m');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toMatch(/job job-499 is dead .* – 490 more in the last minute$/);
  });

  it('is silent where the application’s log is', async () => {
    await start(false);
    bury(5);
    expect(lines).toEqual([]);
  });
});
