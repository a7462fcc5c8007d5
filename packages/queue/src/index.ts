export type { Job, JobAttempt, JobFailure, JobPriority, JobState } from './driver/job.js';
export { QueueDriverError } from './driver/queue-driver.error.js';
export type {
  AddedJob,
  Claimed,
  ClaimedJob,
  ClaimOptions,
  JobCounts,
  JobFilter,
  NewJob,
  QueueDriver,
  ScheduledRun,
  Settlement,
} from './driver/queue-driver.js';
export {
  SyncJobLostError,
  SyncJobRejectedError,
  SyncJobTimeoutError,
  SyncPayloadError,
  SyncQueueClosedError,
} from './jobs/job-errors.js';
export type { JobRetryOptions, SyncJobOptions } from './jobs/job-settings.js';
export type { ScheduleOptions } from './jobs/schedule-settings.js';
export type { SyncJobData } from './jobs/sync-job-data.js';
export { SyncJob } from './nest/sync-job.decorator.js';
export { SyncProcessor } from './nest/sync-processor.decorator.js';
export {
  SyncQueueModule,
  type SyncQueueModuleAsyncOptions,
  type SyncQueueModuleOptions,
} from './nest/sync-queue.module.js';
export type { SqliteConnection, SqliteStatement } from '@breakwater/sqlite/adapter';
export { sqliteDriver } from './sqlite/sqlite-driver.js';
export type { SqliteDriverOptions } from './sqlite/sqlite-driver.options.js';
export {
  SyncQueue,
  type AddOptions,
  type AttemptedOptions,
  type JobToAdd,
  type TransactionQueue,
} from './sync-queue/sync-queue.js';
export type { SyncQueueOptions } from './sync-queue/sync-queue.options.js';
export type { QueueEvents, QueueSnapshot } from './worker/queue.telemetry.js';
