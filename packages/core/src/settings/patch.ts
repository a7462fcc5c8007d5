/** Some of the options, at any depth: those that are not named stay, and `null` takes one back that may be left out. */
export type Patch<T> = T extends readonly unknown[] | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? { [K in keyof T]?: Patch<T[K]> | NullIfOptional<T, K> }
    : T;

type NullIfOptional<T, K extends keyof T> = object extends Pick<T, K> ? null : never;
