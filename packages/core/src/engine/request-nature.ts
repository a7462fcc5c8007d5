/** The knowledge of a client about a request that its HTTP method does not tell: GraphQL and gRPC send all as POST. */
export interface RequestNature {
  /** Whether it may be repeated without harm, as a query may that changes nothing. */
  readonly repeatable?: boolean | undefined;
  /** Whether it carries the call's idempotency key where that is seen in no header, such as in its body. */
  readonly carriesKey?: boolean | undefined;
}
