/** A request that went out under the key of its call, to be told from others to which the key does not belong. */
export interface KeyedRequest {
  readonly method: string;
  /** Its URL, in the same spelling each time. */
  readonly url: string;
  /** As it was handed to the client. */
  readonly body: unknown;
}
