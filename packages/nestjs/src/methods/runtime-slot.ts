import type { Resilience } from '../resilience.js';

/** Where an instance that Nest made finds its application's runtime. The name is what Nest prints when it cannot be injected. */
export const RUNTIME: unique symbol = Symbol('Resilience (import ResilienceModule.forRoot() in the root module)');

/** Instances that Nest did not make: by `useFactory` and `useValue`. */
const adopted = new WeakMap<object, Resilience>();

/** The runtime of the application that owns an instance; `undefined` when none does. */
export function runtimeOf(instance: unknown): Resilience | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  return (instance as { [RUNTIME]?: Resilience })[RUNTIME] ?? adopted.get(instance);
}

export function adopt(instance: object, runtime: Resilience): void {
  adopted.set(instance, runtime);
}
