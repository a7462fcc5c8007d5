import { placeOf, type KeyedRequest } from './keyed-request.js';

/** A request that went out under a key. */
export interface SentUnderKey {
  readonly body: unknown;
  /** How many others the attempt had sent before it, each to another place. */
  readonly position: number;
}

/** The requests that our own clients have sent under the key of one attempt: one to each place. */
export class KeyedRequests {
  private readonly byPlace = new Map<string, SentUnderKey>();

  get count(): number {
    return this.byPlace.size;
  }

  /** Where they went to. */
  get places(): Iterable<string> {
    return this.byPlace.keys();
  }

  at(place: string): SentUnderKey | undefined {
    return this.byPlace.get(place);
  }

  add(request: KeyedRequest): void {
    this.byPlace.set(placeOf(request), { body: request.body, position: this.count });
  }
}
