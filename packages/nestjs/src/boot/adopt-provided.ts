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
  for (const instance of instances) adoptDecorated(instance, runtime);
  const makesMore = isTransient || !wrapper.isDependencyTreeStatic();
  if (inject !== undefined && typeof metatype === 'function' && makesMore) {
    wrapper.metatype = async (...args: unknown[]) => {
      const made: unknown = await metatype(...args);
      adoptDecorated(made, runtime);
      return made;
    };
  }
  return instances.filter(isObject);
}

function adoptDecorated(instance: unknown, runtime: MethodRuntime): void {
  if (!isObject(instance) || runtimeOf(instance) === runtime) return;
  if (bindingsOf(Object.getPrototypeOf(instance) as object | null).length > 0) adopt(instance, runtime);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
