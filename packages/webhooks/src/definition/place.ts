import type { HeaderNames } from './header-names.js';

/**
 * Where a value stands in a request: exactly one of the fields. `json` and `form` may stand together, for senders that
 * post the same both ways.
 */
export interface Place {
  readonly header?: string;
  /** Path inside the JSON body: `'event.id'`. Digits count the items of a list: `'items.0.id'`. */
  readonly json?: string;
  /** Field of a urlencoded or multipart form. */
  readonly form?: string;
  /** Parameter of the query. */
  readonly query?: string;
}

/** A place made ready for use. */
export interface PlacePlan {
  /** The slot of a header that verifying needs. */
  readonly slot: number | undefined;
  /** A header that is looked up only when the value is asked for. */
  readonly header: string | undefined;
  readonly path: readonly string[] | undefined;
  readonly form: string | undefined;
  readonly query: string | undefined;
}

/** A place that verifying needs: its header, if it is one, gets a slot, and may occur once only. */
export function planPlace(place: Place, headers: HeaderNames): PlacePlan {
  return {
    ...lazyPlace(place),
    header: undefined,
    slot: place.header === undefined ? undefined : headers.slot(place.header),
  };
}

/** A place that is read only when its value is asked for. */
export function lazyPlace({ header, json, form, query }: Place): PlacePlan {
  return { slot: undefined, header: header?.toLowerCase(), path: json?.split('.'), form, query };
}

/** Whether a value says one place, or the two that may stand together. */
export function isPlace(value: object): boolean {
  const { header, json, form, query } = value as Place;
  const given = [header, json, form, query].filter((each) => each !== undefined);
  if (!given.every((each) => typeof each === 'string' && each !== '')) return false;
  return given.length === 1 || (given.length === 2 && json !== undefined && form !== undefined);
}
