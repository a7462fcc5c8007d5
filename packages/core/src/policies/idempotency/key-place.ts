import { headerOf, type PlaceOptions } from './idempotency.options.js';

/** Where a provider expects the key; nowhere for one that takes none. */
export interface KeyPlace {
  readonly header: string | undefined;
  /** The fields of a JSON body, each as the names on the way to it. */
  readonly fields: readonly (readonly string[])[];
}

/** The place that settings name. */
export function keyPlace(said: PlaceOptions): KeyPlace {
  const { body, variable } = said;
  const header = headerOf(said);
  const paths = [body, variable === undefined ? undefined : `variables.${variable}`];
  return {
    header: header === false ? undefined : header,
    fields: paths.flatMap((path) => (path === undefined ? [] : [path.split('.')])),
  };
}
