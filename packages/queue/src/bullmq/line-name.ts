import { derivedKey } from '@breakwater/core/adapter';
import type { NewJob } from '../driver/queue-driver.js';

/** The name of a longer tenant is cut, and ends in its hash: Postgres notifies of no more than 8000 bytes. */
const LONGEST_TENANT = 200;

/** One queue of BullMQ: the jobs of a tenant, those of high priority apart. */
export interface LineName {
  readonly provider: string;
  readonly tenant: string;
  readonly high: boolean;
}

export function lineNameOf({ provider, tenant, priority }: NewJob): LineName {
  return { provider, tenant, high: priority === 'high' };
}

/** The name of a line's queue. A tenant may be anything; names of BullMQ have no `:`. */
export function queueNameOf({ provider, tenant, high }: LineName): string {
  return `${directoryNameOf(provider)}/${tenantId(tenant)}${high ? '!' : ''}`;
}

/** The name of the queue that lists a provider's lines: its jobs are never run. */
export function directoryNameOf(provider: string): string {
  return `sync-${encodeURIComponent(provider)}`;
}

/** The id of a line in its provider's directory. */
export function lineId({ tenant, high }: LineName): string {
  return `${high ? 'high' : 'line'}-${tenantId(tenant)}`;
}

function tenantId(tenant: string): string {
  const id = encodeURIComponent(tenant).replaceAll('!', '%21');
  return id.length <= LONGEST_TENANT ? id : `${id.slice(0, LONGEST_TENANT)}~${derivedKey('tenant', tenant)}`;
}
