/** The idempotency key of a call, as it goes to the provider. */
export interface CarriedKey {
  readonly value: string;
  readonly header: string;
  /** Whether it was made for this call alone: a new call of the same operation gets another. */
  readonly ofThisCall: boolean;
  /** Whether it takes the place of a key that stands in the request already. */
  readonly replace?: boolean;
}
