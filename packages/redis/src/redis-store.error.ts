/**
 * A Redis that cannot be used, or a record in it. `code` is Redis' own word (`'READONLY'`, `'LOADING'`, …) or
 * `'TIMEOUT'`, `'CLOSED'`, `'FORMAT'`, `'CONNECTION'`.
 */
export class RedisStoreError extends Error {
  override readonly name = 'RedisStoreError';

  constructor(
    readonly code: string,
    what: string,
    cause?: unknown,
  ) {
    super(`RedisStore: ${what} (${code})`, cause === undefined ? undefined : { cause });
  }

  static timedOut(timeoutMs: number): RedisStoreError {
    return new RedisStoreError('TIMEOUT', `the server has not answered within ${timeoutMs} ms`);
  }

  /** Says clearly why the client failed. */
  static of(error: unknown): RedisStoreError {
    if (error instanceof RedisStoreError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const [word = ''] = message.split(' ', 1);
    const code = /^[A-Z][A-Z_]+$/.test(word) ? word : 'CONNECTION';
    return new RedisStoreError(code === 'BREAKWATER_FORMAT' ? 'FORMAT' : code, MEANING[code] ?? message, error);
  }
}

const MEANING: Readonly<Record<string, string>> = {
  BREAKWATER_FORMAT:
    'a record was written by a newer release of @breakwater/redis: use that release, or a prefix of its own',
  READONLY: 'this server is a replica, which takes no writes: connect to the primary',
  LOADING: 'the server is still reading its data set',
  OOM: 'the server has no memory left: a store needs one whose maxmemory-policy is noeviction, and room for its records',
  MISCONF: 'the server cannot write its data to the disk, which may be full, and takes no writes until it can',
  MOVED: 'this server is one node of a cluster: give the store a Cluster of ioredis',
  CLUSTERDOWN: 'the cluster does not cover all slots, or has no majority',
  MASTERDOWN: 'this server is a replica that has lost its primary',
  NOREPLICAS: 'the server has fewer replicas than it wants for a write',
  NOAUTH: 'the server wants a password',
  NOPERM: 'this user may not run scripts (EVALSHA, EVAL) on these keys',
  WRONGTYPE: 'something else stands under a key of this prefix: give the store a prefix of its own',
};
