/** The idempotency key of a call, as it goes to the provider. */
export interface CarriedKey {
  readonly value: string;
  /** The header that carries it; `undefined` where none does. */
  readonly header: string | undefined;
  /** The fields of a JSON body that carry it, each as the names on the way to it. */
  readonly fields: readonly (readonly string[])[];
  /** Whether it was made for this call alone: a new call of the same operation gets another. */
  readonly ofThisCall: boolean;
  /** Whether it takes the place of a key that stands in the request already. */
  readonly replace?: boolean;
  /** Keeps the result of the operation inside a transaction, while its key is claimed. */
  keepWithin?(transaction: unknown, result: unknown): Promise<void>;
}

/** Whether the provider gets the key at all. */
export function goesOut({ header, fields }: Pick<CarriedKey, 'header' | 'fields'>): boolean {
  return header !== undefined || fields.length > 0;
}

/**
 * Keeps the result of a call's operation inside a transaction: see `Call.keepWithin`. Throws a `TypeError` where
 * nothing keeps results.
 */
export function keepWithin(
  { carriedKey, provider, operation }: Operation,
  { transaction, result }: { readonly transaction: unknown; readonly result: unknown },
): Promise<void> {
  if (carriedKey?.keepWithin !== undefined) return carriedKey.keepWithin(transaction, result);
  throw new TypeError(
    `${provider}: ${operation} keeps no result: it has no idempotency policy, no key that names the operation, or has ended`,
  );
}

interface Operation {
  readonly provider: string;
  readonly operation: string;
  readonly carriedKey: CarriedKey | undefined;
}
