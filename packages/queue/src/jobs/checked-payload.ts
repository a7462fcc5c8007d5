import type { StandardSchemaV1 } from '@standard-schema/spec';
import { SyncPayloadError } from './job-errors.js';

/**
 * The value that a schema makes of a payload as it is kept: at once where the schema is synchronous, otherwise a
 * promise. Throws a `SyncPayloadError`, and what the schema itself throws.
 */
export function checkedPayload(schema: StandardSchemaV1, job: string, payload: string): unknown {
  const result = schema['~standard'].validate(JSON.parse(payload));
  return isLater(result) ? result.then((later) => valueOf(later, job)) : valueOf(result, job);
}

/** Some libraries answer by a promise of their own. */
export function isLater<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (Object(value) as { then?: unknown }).then === 'function';
}

function valueOf(result: StandardSchemaV1.Result<unknown>, job: string): unknown {
  if (result.issues === undefined) return result.value;
  throw new SyncPayloadError(job, result.issues.map(describe));
}

/** One issue in a line: where it is, and what is wrong there. */
function describe({ message, path = [] }: StandardSchemaV1.Issue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}
