import { noteOutcome } from '../../outcome/noted-outcome.js';
import type { Outcome } from '../../outcome/outcome.js';
import { restoredValue, storedValue } from '../../values/stored-value.js';

/**
 * The record of a key in the store. `unknown`: an attempt ended without our knowing whether it took effect. `unkept`:
 * it was done, and its result cannot be replayed. `sinceMs` is how long before this write the first owner began, by the
 * store's clock.
 */
export type IdempotencyRecord = {
  readonly fingerprint: string;
  /** How many owners the key has had. */
  readonly attempt: number;
} & (
  | {
      readonly state: 'pending';
      /** Tells the claims of a key apart. */
      readonly owner: string;
      readonly sinceMs?: number;
    }
  | Ended
);

/** How an operation ended, as far as it is kept. */
export type Ended =
  | { readonly state: 'unkept' }
  | { readonly state: 'unknown'; readonly sinceMs?: number }
  | {
      readonly state: 'done';
      /** As `storedValue` writes it. */
      readonly value: unknown;
    }
  | { readonly state: 'failed'; readonly error: StoredError };

/** An error as it can be kept: what tells a caller apart which it was, and what the engine took it for. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly outcome: Outcome;
  /** As `storedValue` writes it. */
  readonly fields: unknown;
}

/**
 * The parts of an error and of its `response` that are kept: never headers, nor the request, which may hold secrets.
 */
const FIELDS = ['code', 'status', 'statusCode', 'body'] as const;
const FIELDS_OF_RESPONSE = ['status', 'statusCode', 'data', 'body'] as const;

/** `outcome` is what the engine took the error for. */
export function storedError(error: unknown, outcome: Outcome): StoredError {
  const { name, message, response } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const fields = pick(error, FIELDS);
  if (isNestException(error)) {
    // Its response is what clients are told anyway. That they may be told, and the status, is where Nest looks for it
    // in errors of others.
    const status = error.getStatus();
    Object.assign(fields, { status, statusCode: status, expose: true }, pick(error, ['response']));
  } else if (typeof response === 'object' && response !== null) {
    fields['response'] = pick(response, FIELDS_OF_RESPONSE);
  }
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
    outcome,
    fields: storedValue(fields),
  };
}

/** The error again, as far as it was kept. */
export function restoredError({ name, message, outcome, fields }: StoredError): Error {
  const error = Object.assign(new Error(message), { name }, restoredValue(fields), { replayed: true });
  noteOutcome(error, outcome);
  return error;
}

/** An `HttpException` of Nest, which this package does not know. */
function isNestException(error: unknown): error is { getStatus(): number } {
  const { getStatus, getResponse } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return typeof getStatus === 'function' && typeof getResponse === 'function';
}

/** Those properties that are there and can be kept. */
function pick(from: unknown, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = (from as Readonly<Record<string, unknown>> | null | undefined)?.[name];
    if (value !== undefined && isKept(value)) picked[name] = value;
  }
  return picked;
}

function isKept(value: unknown): boolean {
  try {
    storedValue(value);
    return true;
  } catch {
    return false;
  }
}
