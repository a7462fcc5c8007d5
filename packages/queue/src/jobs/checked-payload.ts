import type { StandardSchemaV1 } from '@standard-schema/spec';
import { SyncPayloadError } from './job-errors.js';

/** The value that a schema makes of a payload, at once where the schema is synchronous. Throws a `SyncPayloadError`. */
export function checkedPayload(schema: StandardSchemaV1 | undefined, job: string, payload: unknown): unknown {
  if (schema === undefined) return payload;
  const result = schema['~standard'].validate(payload);
  return result instanceof Promise ? result.then((later) => valueOf(later, job)) : valueOf(result, job);
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
