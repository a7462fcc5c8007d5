import type { AnswerProtocol } from '@breakwater/core';

const providers = new WeakMap<object, string>();
const protocols = new WeakMap<object, AnswerProtocol>();

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
  return nearest(providers, constructor);
}

/** Notes in which protocol the answers of a class's decorated methods are to be read. */
export function nameProtocol(constructor: object, protocol: AnswerProtocol): void {
  protocols.set(constructor, protocol);
}

/** The protocol that a class names, or the nearest of the classes it extends. */
export function protocolOfClass(constructor: object): AnswerProtocol | undefined {
  return nearest(protocols, constructor);
}

function nearest<T>(named: WeakMap<object, T>, constructor: object): T | undefined {
  for (let at: object | null = constructor; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null) {
    const found = named.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}
