import { InjectHttp } from '@breakwater/nestjs';
import { SyncJob, SyncProcessor, type SyncJobData } from '@breakwater/queue';
import { HttpService } from '@nestjs/axios';
import { type SyncedOrder, syncedOrder } from './synced-order.js';

/** Brings orders to the CRM, at the pace that it allows. */
@SyncProcessor('crm')
export class CrmSync {
  constructor(@InjectHttp('crm') private readonly http: HttpService) {}

  /** The client sends the job's idempotency key: however often this runs, the CRM has the order once. */
  @SyncJob('order.created', {
    schema: syncedOrder,
    timeout: '5s',
    retry: { backoff: { initial: '500ms', max: '30s' } },
  })
  async created({ payload, tenant, signal }: SyncJobData<SyncedOrder>): Promise<void> {
    await this.http.axiosRef.post('/orders', { ...payload, tenant }, { signal });
  }
}
