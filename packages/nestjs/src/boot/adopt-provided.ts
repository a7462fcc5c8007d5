import { settings } from '@breakwater/core/adapter';
import { bindingsOf } from '../methods/bind-method.js';
import { adopt, runtimeOf } from '../methods/runtime-slot.js';
import type { MethodRuntime } from '../methods/method-runtime.js';

/** A provider or controller as Nest's container knows it, as far as it matters here. */
export interface Wrapper {
  /** The class, or the factory. */
  metatype: unknown;
  readonly token?: unknown;
  /** The dependencies of a factory; `undefined` for a class. */
  readonly inject?: unknown;
  readonly instance: unknown;
  readonly isTransient: boolean;
  isDependencyTreeStatic(): boolean;
  getStaticTransientInstances(): readonly ({ readonly instance: unknown } | undefined)[];
}

/**
 * Makes what a value or a factory provides this application's: the instances that there are, which it returns, and
 * those that the factory will make for requests or for other providers.
 */
export function adoptProvided(wrapper: Wrapper, runtime: MethodRuntime): readonly object[] {
  const { metatype, inject, isTransient } = wrapper;
  const instances = isTransient
    ? wrapper.getStaticTransientInstances().map((made) => made?.instance)
    : [wrapper.instance];
  const all = instances.flatMap(withHeld);
  for (const instance of all) adoptDecorated(instance, runtime);
  const makesMore = isTransient || !wrapper.isDependencyTreeStatic();
  if (inject !== undefined && typeof metatype === 'function' && makesMore) {
    wrapper.metatype = async (...args: unknown[]) => {
      const made: unknown = await metatype(...args);
      for (const instance of withHeld(made)) adoptDecorated(instance, runtime);
      return made;
    };
  }
  return all.filter(isObject);
}

/** The most instances of one provider: a list of data is no list of clients. */
const MOST_HELD = 100;

/** The provided value, and the instances in it where that is a list or a map of clients. */
function withHeld(provided: unknown): readonly unknown[] {
  if (!isObject(provided)) return [provided];
  const held = readable(() => heldBy(provided)) ?? [];
  return [provided, ...held.slice(0, MOST_HELD).filter(isDecorated)];
}

function heldBy(provided: object): readonly unknown[] {
  if (Array.isArray(provided)) return provided;
  if (provided instanceof Map) return [...provided.values()];
  if (!settings.isPlain(provided)) return [];
  return Object.values(Object.getOwnPropertyDescriptors(provided)).map(({ value }): unknown => value);
}

/** The class of a provided value; `undefined` where it has none, as an object without a prototype, or does not tell. */
export function classOf(provided: unknown): object | undefined {
  return readable(() => {
    const { constructor } = Object(provided) as { readonly constructor?: unknown };
    return typeof constructor === 'function' ? constructor : undefined;
  });
}

function isDecorated(value: unknown): boolean {
  if (!isObject(value)) return false;
  return readable(() => bindingsOf(Object.getPrototypeOf(value) as object | null).length > 0) ?? false;
}

function adoptDecorated(instance: unknown, runtime: MethodRuntime): void {
  if (!isDecorated(instance) || readable(() => runtimeOf(instance)) === runtime) return;
  adopt(instance as object, runtime);
}

/** A provided value may be a Proxy that can be read at some times only, such as within a request: it throws at boot. */
function readable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
