import type { Provider } from '@nestjs/common';

/** Makers of the Nest providers that belong to entries of their own, such as `@breakwater/nestjs/graphql`. */
const makers = new Map<string, () => Provider[]>();

/** Notes how Nest providers of another kind are made, once something of the kind was asked for. */
export function provideFurther(kind: string, make: () => Provider[]): void {
  makers.set(kind, make);
}

/** Nest providers of those kinds for all that was asked for so far. */
export function furtherProviders(): Provider[] {
  return [...makers.values()].flatMap((make) => make());
}
