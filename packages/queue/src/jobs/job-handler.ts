import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { JobSettings } from './job-settings.js';
import type { SyncJobData } from './sync-job-data.js';

/** The processor of the jobs of one name. */
export interface JobHandler {
  readonly provider: string;
  readonly name: string;
  readonly schema: StandardSchemaV1 | undefined;
  readonly settings: JobSettings;
  run(job: SyncJobData): unknown;
}
