import type { AnswerProtocol } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';

const providers = new WeakMap<object, string>();
const protocols = new WeakMap<object, AnswerProtocol>();

/** Notes which provider the decorated methods of a class belong to. Throws a `TypeError` where it names another. */
export function nameProvider(constructor: object, provider: string): void {
  const standing = providers.get(constructor);
  if (standing !== undefined && standing !== provider) {
    const [one, other] = [provider, standing].map((name) => settings.shownUserName(name));
    throw new TypeError(
      `${(constructor as { name: string }).name} names two providers, '${one}' and '${other}': keep one`,
    );
  }
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
