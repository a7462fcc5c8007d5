/** What the store holds under a key. `unknown`: an attempt ended without our knowing whether it took effect. */
export type IdempotencyRecord = {
  readonly fingerprint: string;
  /** How many owners the key has had. */
  readonly attempt: number;
} & (
  | { readonly state: 'pending' | 'unknown' }
  | { readonly state: 'done'; readonly value?: unknown }
  | { readonly state: 'failed'; readonly error: StoredError }
);

/** An error as it can be kept: what tells a caller apart which it was. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: unknown };
}

export function storedError(error: unknown): StoredError {
  const { name, message, code, status, response } = (error ?? {}) as Partial<Record<keyof StoredError, unknown>>;
  const answer = response as { status?: unknown; data?: unknown } | undefined;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
    code,
    status,
    ...(answer && { response: { status: answer.status, data: answer.data } }),
  };
}

/** The error again, as far as it was kept. */
export function restoredError(stored: StoredError): Error {
  const { name, message, ...rest } = stored;
  return Object.assign(new Error(message), { name, ...rest, replayed: true });
}
