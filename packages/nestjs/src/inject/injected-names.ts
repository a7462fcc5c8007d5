import { askedTokens } from './asked-tokens.js';

/** The kinds of objects that can be injected by a provider's name. */
export type InjectionKind = 'http' | 'fetch' | 'provider' | 'graphql';

/** One place in a class into which something is injected by a provider's name. */
export interface Injection {
  readonly kind: InjectionKind;
  /** The provider's. */
  readonly name: string;
  /** `'PaymentsClient.http'`, or `'PaymentsClient (parameter 1)'` for a constructor's first. */
  readonly where: string;
}

/** Where a decorator stands, as TypeScript tells it: at a property, or at a parameter of the constructor. */
export interface InjectionSite {
  readonly target: object;
  readonly property: string | symbol | undefined;
  readonly parameter: number | undefined;
}

/** Every name that was asked for in this process: Nest must know the tokens before it makes the first instance. */
const names: Readonly<Record<InjectionKind, Set<string>>> = {
  http: new Set(),
  fetch: new Set(),
  provider: new Set(),
  graphql: new Set(),
};
const injections = new WeakMap<object, readonly Injection[]>();

/** The injections by name of a class, inherited places included. */
export function injectedNames(target: object): readonly Injection[] {
  const found: Injection[] = [];
  for (let at: object | null = target; typeof at === 'function'; at = Object.getPrototypeOf(at) as object | null) {
    found.push(...(injections.get(at) ?? []));
  }
  return found;
}

/** Notes that something will be asked for by this name, under this token. Returns the token. */
export function requestName(kind: InjectionKind, name: string, token: string): string {
  names[kind].add(name);
  askedTokens.add(token);
  return token;
}

export function requestedNames(kind: InjectionKind): readonly string[] {
  return [...names[kind]];
}

/** Notes where a decorator stands. */
export function noteInjection(kind: InjectionKind, name: string, { target, property, parameter }: InjectionSite): void {
  const owner = typeof target === 'function' ? target : target.constructor;
  const place = property === undefined ? ` (parameter ${(parameter ?? 0) + 1})` : `.${String(property)}`;
  injections.set(owner, [...(injections.get(owner) ?? []), { kind, name, where: `${owner.name}${place}` }]);
}
