import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { CONCURRENCY, ratesOf, timed, type Rates } from './queue-under-test.js';

const BATCH = 100;

/** The same jobs through a queue and a worker of BullMQ alone. */
export async function runBareBullmq(connection: Redis, count: number): Promise<Rates> {
  const name = `bare-${process.hrtime.bigint()}`;
  const keep = { removeOnComplete: { age: 86_400, count: 1000 } };
  const queue = new Queue(name, { connection, defaultJobOptions: keep });
  const adding = await timed(count, async () => {
    for (let i = 0; i < count; i += BATCH) {
      await queue.addBulk(Array.from({ length: BATCH }, (_, n) => ({ name: 'sync', data: { order: i + n } })));
    }
  });
  let done = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const work = async () => {
    if (++done === count) finish();
  };
  const worker = new Worker(name, work, { connection, concurrency: CONCURRENCY, autorun: false });
  const processing = await timed(count, () => {
    void worker.run();
    return finished;
  });
  await worker.close();
  await queue.close();
  return ratesOf(adding, processing);
}
