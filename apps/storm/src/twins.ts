/** The two checkouts stand side by side through every storm; whatever is known of one is known of both. */
export interface Twins<T> {
  readonly unprotected: T;
  readonly protected: T;
}

/** Does the same with both at the same time. */
export async function withBoth<T, R>(twins: Twins<T>, work: (twin: T) => Promise<R>): Promise<Twins<R>> {
  const [unprotected, guarded] = await Promise.all([work(twins.unprotected), work(twins.protected)]);
  return { unprotected, protected: guarded };
}
