import { ResilienceConfigurationError, ResilienceError, type PutResult, type Store } from '@breakwater/core';
import type { StoreLease } from '@breakwater/core/adapter';
import { DONE } from './stored-answer.js';

/** A store that can take part in a transaction of the caller's, on a connection to its own database. */
interface TransactionalStore extends Store {
  within(transaction: unknown): (Store & Partial<SynchronousStore>) | undefined;
}

/** Offered by a store whose client is synchronous, so that a transaction without `await` can be rolled back. */
interface SynchronousStore {
  putNow(...args: Parameters<Store['put']>): PutResult;
}

export interface Mark {
  readonly store: Store;
  readonly transaction: unknown;
  readonly key: string;
  readonly provider: string;
  readonly ttlMs: number;
}

/**
 * Marks a claimed delivery as handled inside a transaction. Throws when the claim is no longer held; at once where the
 * store is synchronous, as a rejection otherwise.
 */
export function markWithin(lease: StoreLease, mark: Mark): Promise<void> {
  const store = storeWithin(mark);
  if (store.putNow === undefined) return markLater(lease, mark, store);
  while (!isWritten(lease, mark, store.putNow(...markOver(lease, mark))));
  return Promise.resolve();
}

async function markLater(lease: StoreLease, mark: Mark, store: Store): Promise<void> {
  while (!isWritten(lease, mark, await store.put(...markOver(lease, mark))));
}

function markOver({ version }: StoreLease, { key, ttlMs }: Mark): Parameters<Store['put']> {
  return [key, DONE, { ttlMs, if: { version } }];
}

/** A renewal may have come between: then the claim is the same, with another version. */
function isWritten(lease: StoreLease, { provider }: Mark, result: PutResult): boolean {
  const outcome = lease.goOnFrom(result);
  if (outcome === 'lost') throw new WebhookClaimLostError(provider);
  return outcome === 'written';
}

function storeWithin({ store, transaction }: Mark): Store & Partial<SynchronousStore> {
  const joined = (store as Partial<TransactionalStore>).within?.(transaction);
  if (joined !== undefined) return joined;
  throw new ResilienceConfigurationError([
    {
      path: 'resilience.store',
      message:
        'it cannot take part in a transaction, as settle() asks: use a store of the database that the transaction is in, such as SqliteStore or PostgresStore',
    },
  ]);
}

/**
 * Another process has taken a delivery while it was being handled: the transaction around its effect is to be rolled
 * back.
 */
export class WebhookClaimLostError extends ResilienceError {
  readonly code = 'WEBHOOK_CLAIM_LOST';

  constructor(provider: string) {
    super(
      `${provider}: the lease of this webhook had run out and another process handles it: raise webhook.inbox.lease`,
      {
        provider,
      },
    );
  }
}
