import type { IdempotencyRecord } from './idempotency-record.js';

/** The format of the records that are written. Those without one are of the first release, and read the same. */
const FORMAT = 1;

/** A record as text. The spread stands first, as V8 copies only then in one step. */
export function serialized(record: IdempotencyRecord): string {
  return JSON.stringify({ ...record, format: FORMAT });
}

/**
 * The record that a text holds. Throws an `UnreadableRecordError` on one of another format: its operation has begun,
 * and that must not be taken for a key that is free.
 */
export function recordIn(text: string): IdempotencyRecord {
  let read: Partial<IdempotencyRecord> & { readonly format?: unknown };
  try {
    read = Object(JSON.parse(text)) as typeof read;
  } catch (cause) {
    throw new UnreadableRecordError('it is no JSON', cause);
  }
  const { format = FORMAT, ...record } = read;
  if (format !== FORMAT) {
    throw new UnreadableRecordError(`it has format ${JSON.stringify(format)}, and this release reads ${FORMAT}`);
  }
  if (typeof record.fingerprint !== 'string' || typeof record.attempt !== 'number' || record.state === undefined) {
    throw new UnreadableRecordError('it lacks what each record has');
  }
  return record as IdempotencyRecord;
}

/** The record of a key was written by another release, or by something else. */
export class UnreadableRecordError extends Error {
  override readonly name = 'UnreadableRecordError';

  constructor(why: string, cause?: unknown) {
    super(`the record of this idempotency key cannot be read: ${why}`, cause === undefined ? undefined : { cause });
  }
}
