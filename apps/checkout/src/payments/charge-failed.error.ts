/** Payments was asked and did not charge, or not for certain. `cause` is its own error. */
export class ChargeFailedError extends Error {
  override readonly name = 'ChargeFailedError';

  constructor(options: { readonly cause: unknown }) {
    super('the order could not be charged', options);
  }
}
