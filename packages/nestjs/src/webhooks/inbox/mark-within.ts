import { ResilienceConfigurationError, ResilienceError, type Store } from '@breakwater/core';
import { joinedStore, type StoreLease } from '@breakwater/core/adapter';
import { DONE } from './stored-answer.js';

export interface Mark {
  readonly store: Store;
  readonly transaction: unknown;
  readonly provider: string;
  readonly ttlMs: number;
}

/**
 * Marks a claimed delivery as handled inside a transaction. Throws when the claim is no longer held; at once where the
 * store is synchronous, as a rejection otherwise.
 */
export function markWithin(lease: StoreLease, { store, transaction, provider, ttlMs }: Mark): Promise<void> {
  const joined = joinedStore(store, transaction);
  if (joined === undefined) throw cannotJoin();
  return lease.replaceWithin(joined, DONE, { ttlMs, onLost: () => new WebhookClaimLostError(provider) });
}

function cannotJoin(): ResilienceConfigurationError {
  return new ResilienceConfigurationError([
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
