import { type JobCounts, SyncQueue } from '@breakwater/queue';
import { Controller, Get } from '@nestjs/common';

@Controller('jobs')
export class JobsController {
  constructor(private readonly queue: SyncQueue) {}

  /** How many jobs of each third party stand in each state. */
  @Get()
  async counts(): Promise<Readonly<Record<string, JobCounts>>> {
    const providers = this.queue.snapshot().map(({ name }) => name);
    const counts = await Promise.all(providers.map(async (name) => [name, await this.queue.counts(name)] as const));
    return Object.fromEntries(counts);
  }
}
