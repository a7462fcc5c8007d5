const providers = new WeakMap<object, string>();

/** Notes which provider the decorated methods of a class belong to. */
export function nameProvider(constructor: object, provider: string): void {
  providers.set(constructor, provider);
}

/** The provider that a class names itself. */
export function ownProviderOfClass(constructor: object): string | undefined {
  return providers.get(constructor);
}

/** The provider that a class names, or the nearest of the classes it extends. */
export function providerOfClass(constructor: object): string | undefined {
  for (let at: object | null = constructor; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null) {
    const provider = providers.get(at);
    if (provider !== undefined) return provider;
  }
  return undefined;
}
