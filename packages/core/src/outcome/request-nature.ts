/** The knowledge of a client about a request that its HTTP method does not tell: GraphQL and gRPC send all as POST. */
export interface RequestNature {
  /** Whether it may be repeated without harm, as a query may that changes nothing. */
  readonly repeatable?: boolean | undefined;
  /** Whether it carries the call's idempotency key where that is seen in no header, such as in its body. */
  readonly carriesKey?: boolean | undefined;
  /**
   * The channels on which Node tells of it: gRPC goes over those of HTTP/2. Default: either.
   */
  readonly over?: 'http1' | 'http2' | undefined;
}

/**
 * Where options of `fetch`, and errors of gRPC, tell the nature of their request, for clients of our own: no others
 * look there.
 */
export const REQUEST_NATURE = Symbol.for('breakwater.requestNature');

/** The nature of a request, as its options or its error tell it. */
export function natureIn(holder: object | undefined): RequestNature | undefined {
  return (holder as { readonly [REQUEST_NATURE]?: RequestNature } | undefined)?.[REQUEST_NATURE];
}
