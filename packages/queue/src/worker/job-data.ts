import { derivedKey, type LiveCall } from '@breakwater/core/adapter';
import type { ClaimedJob } from '../driver/queue-driver.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { toldJson } from './told-json.js';

/** The job as its processor sees it. All are properties of its own: processors take them apart and copy them. */
export class JobData implements SyncJobData {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly attempt: number;
  readonly lost: number;
  readonly idempotencyKey: string;
  declare readonly signal: AbortSignal;
  readonly keyFor: (part: string) => string;
  readonly progress: (value: unknown) => Promise<void>;
  readonly #call: Pick<LiveCall, 'signal'>;

  constructor(
    { id, name, tenant, attempt, lost }: ClaimedJob,
    readonly payload: unknown,
    { call, note }: { readonly call: Pick<LiveCall, 'signal'>; readonly note: (progress: string) => Promise<void> },
  ) {
    this.id = this.idempotencyKey = id;
    this.name = name;
    this.tenant = tenant;
    this.attempt = attempt + 1;
    this.lost = lost;
    this.keyFor = (part) => derivedKey('part', id, part);
    this.progress = (value) => note(toldJson(value ?? null, 'progress')!);
    this.#call = call;
    Object.defineProperty(this, 'signal', SIGNAL);
  }

  static signalOf(data: JobData): AbortSignal {
    return data.#call.signal;
  }
}

/**
 * Made when it is first read. One function for all jobs: V8 keeps a hidden class for each getter, and all that this
 * refers to, until the next major garbage collection.
 */
const SIGNAL: PropertyDescriptor & ThisType<JobData> = {
  enumerable: true,
  get() {
    return JobData.signalOf(this);
  },
};
