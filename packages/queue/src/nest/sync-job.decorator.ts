import 'reflect-metadata';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { SyncJobOptions } from '../jobs/job-settings.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';

const JOBS = Symbol.for('breakwater.sync-jobs');

/** A method that processes the jobs of one name. */
export interface DeclaredJob {
  readonly method: string | symbol;
  readonly name: string;
  readonly options: SyncJobOptions;
}

type Processor<Payload> = (job: SyncJobData<Payload>) => unknown;
type PayloadOf<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : never;
type JobDecorator<Payload> = <M extends Processor<Payload>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Has a method process the jobs of one name: it is called with a `SyncJobData`, whose payload has the type that the
 * schema makes of it. The job is done when what it returns is. Other decorators of the method stand around it.
 */
export function SyncJob<Schema extends StandardSchemaV1>(
  name: string,
  options: SyncJobOptions & { schema: Schema },
): JobDecorator<PayloadOf<Schema>>;
export function SyncJob(name: string, options?: SyncJobOptions): JobDecorator<never>;
export function SyncJob(name: string, options: SyncJobOptions = {}): JobDecorator<never> {
  return (target, method) => {
    const own = (Reflect.getOwnMetadata(JOBS, target) ?? []) as readonly DeclaredJob[];
    Reflect.defineMetadata(JOBS, [...own, { method, name, options }], target);
  };
}

/** The jobs that the methods of a class process, inherited ones included. */
export function jobsOf(prototype: object): readonly DeclaredJob[] {
  const found: DeclaredJob[] = [];
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    found.push(...((Reflect.getOwnMetadata(JOBS, at) ?? []) as readonly DeclaredJob[]));
  }
  return found;
}
