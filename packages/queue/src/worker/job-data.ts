import { derivedKey, type LiveCall } from '@breakwater/core/adapter';
import type { ClaimedJob } from '../driver/queue-driver.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { toldJson } from './told-json.js';

const CALL = Symbol('call');

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
  /** No private field: a proxy of the job, and an object that inherits from it, have none. Copies are without it. */
  declare readonly [CALL]: Pick<LiveCall, 'signal'>;

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
    Object.defineProperty(this, CALL, { value: call, configurable: true, writable: true });
    Object.defineProperty(this, 'signal', SIGNAL);
  }
}

/**
 * Made when it is first read. One function for all jobs: V8 keeps a hidden class for each getter, and all that this
 * refers to, until the next major garbage collection.
 */
const SIGNAL: PropertyDescriptor & ThisType<JobData> = {
  configurable: true,
  enumerable: true,
  get() {
    return this[CALL].signal;
  },
};
