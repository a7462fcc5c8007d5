import { SyncQueue, type JobCounts } from '@breakwater/queue';
import { BadRequestException, Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import * as v from 'valibot';
import { syncedOrder } from '../crm/synced-order.js';

const importRequest = v.object({
  tenant: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  orders: v.array(syncedOrder),
});

/** Takes orders of tenants that are to be brought to the CRM. */
@Controller('imports')
export class ImportsController {
  constructor(private readonly queue: SyncQueue) {}

  /** 202 once all are kept durably. The same order of a tenant is taken once. */
  @Post()
  @HttpCode(202)
  async add(@Body() body: unknown): Promise<{ added: number }> {
    const read = v.safeParse(importRequest, body);
    if (!read.success) throw new BadRequestException(read.issues.map(({ message }) => message));
    const { tenant, orders } = read.output;
    const jobs = orders.map((order) => ({ name: 'order.created', payload: order, options: { key: order.id, tenant } }));
    const added = await this.queue.addAll('crm', jobs);
    return { added: added.filter((job) => job.added).length };
  }

  @Get()
  counts(): Promise<JobCounts & { readonly paused: boolean }> {
    return this.queue.counts('crm');
  }
}
