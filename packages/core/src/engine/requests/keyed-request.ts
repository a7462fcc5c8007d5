/** A request under the key of its call, to be told from others to which the key does not belong. */
export interface KeyedRequest {
  readonly method: string;
  /** Its URL, in the same spelling each time. */
  readonly url: string;
  /** As it was handed to the client. */
  readonly body: unknown;
}

/** The method and the URL: in one attempt a key goes there with one body. */
export function placeOf({ method, url }: Pick<KeyedRequest, 'method' | 'url'>): string {
  return `${method} ${url}`;
}
