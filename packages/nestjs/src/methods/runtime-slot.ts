import { MethodRuntime } from './method-runtime.js';

/**
 * The property into which Nest injects an instance's application. The name is what Nest prints when it cannot be
 * injected.
 */
export const RUNTIME: unique symbol = Symbol('Resilience (import ResilienceModule.forRoot() in the root module)');

/**
 * The property in which an instance keeps its runtime. Not the one that Nest assigns to: it does so twice to some
 * instances, and the second time what it injects would take the place of the runtime.
 */
export const SLOT: unique symbol = Symbol('breakwater.runtime');

/** The property in which an application's `Resilience` carries its runtime. */
export const METHODS: unique symbol = Symbol('breakwater.methods');

/** Instances that Nest did not construct: those of `useFactory` and `useValue`. */
const adopted = new WeakMap<object, MethodRuntime>();

/** The runtime of the application that owns an instance; `undefined` when none does. */
export function runtimeOf(instance: unknown): MethodRuntime | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  return (instance as { [SLOT]?: MethodRuntime })[SLOT] ?? adopted.get(instance);
}

/**
 * The runtime that comes with an injected `Resilience`; `undefined` for a mock in its place, which may answer for any
 * property.
 */
export function runtimeBehind(resilience: unknown): MethodRuntime | undefined {
  if (typeof resilience !== 'object' || resilience === null) return undefined;
  const runtime = (resilience as { [METHODS]?: unknown })[METHODS];
  return runtime instanceof MethodRuntime ? runtime : undefined;
}

export function adopt(instance: object, runtime: MethodRuntime): void {
  adopted.set(instance, runtime);
}
