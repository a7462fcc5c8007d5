import { settings } from '@breakwater/core/adapter';
import type { MethodBinding } from './method-binding.js';
import type { MethodRuntime } from './method-runtime.js';
import { providerOfClass } from './provider-of-class.js';
import { runtimeOf } from './runtime-slot.js';

/** An application that is up, as far as it matters here. */
export interface RunningApplication {
  hasProvider(name: string): boolean;
  warn(message: string): void;
}

/** An application's side of calls on instances that are none of its own so far. */
interface Watch {
  readonly runtime: MethodRuntime;
  /** Adopts what has come to the application since it was last looked through. */
  readonly adoptLate: () => void;
  /** Methods that were told of. */
  readonly told: Set<MethodBinding>;
}

const UNKNOWN =
  'on an instance that Nest does not know: one that was made with new, or that stands behind a Proxy. Let Nest make it, or have a factory provide it';
const DETACHED = 'as it was called without its object: pass on a function that calls it on that, or bind it';
const EARLY =
  'as it was called before the application was made, in a constructor or a factory: call it in onModuleInit, or later';

/** Calls on instances that no application owned yet. Only the last ones: in a unit test there may be very many. */
const early: { readonly binding: MethodBinding; readonly receiver: WeakRef<object> }[] = [];
const MOST_EARLY = 50;

/** Held weakly: an application that is never closed can be collected all the same. */
const running = new Set<WeakRef<RunningApplication>>();
const watches = new WeakMap<RunningApplication, Watch>();

/** Tells an application of decorated methods that run bare while it is up. The function that is returned ends that. */
export function watchBareCalls(
  application: RunningApplication,
  { runtime, adoptLate }: Pick<Watch, 'runtime' | 'adoptLate'>,
): () => void {
  const reference = new WeakRef(application);
  running.add(reference);
  watches.set(application, { runtime, adoptLate, told: new Set() });
  for (const { binding, receiver } of early) {
    const instance = receiver.deref();
    if (instance !== undefined && runtimeOf(instance) === runtime) tell(application, { binding, instance, why: EARLY });
  }
  return () => void running.delete(reference);
}

/**
 * A decorated method was called on an instance that belongs to no application. Returns the runtime of the application
 * that it has come to meanwhile, as those of modules do that are loaded lazily. Otherwise the method runs bare. In a
 * unit test that is wanted; in an application it is a call without its policies, so it is told once for each method.
 */
export function runtimeOfStranger(binding: MethodBinding, receiver: unknown): MethodRuntime | undefined {
  for (const application of applications()) {
    watches.get(application)!.adoptLate();
    const runtime = runtimeOf(receiver);
    if (runtime !== undefined) return runtime;
  }
  const instance = typeof receiver === 'object' && receiver !== null ? receiver : undefined;
  for (const application of applications()) {
    tell(application, { binding, instance, why: instance === undefined ? DETACHED : UNKNOWN });
  }
  if (instance !== undefined && early.push({ binding, receiver: new WeakRef(instance) }) > MOST_EARLY) early.shift();
  return undefined;
}

function applications(): readonly RunningApplication[] {
  return [...running].flatMap((reference) => {
    const application = reference.deref();
    if (application === undefined) running.delete(reference);
    return application ?? [];
  });
}

interface BareCall {
  readonly binding: MethodBinding;
  readonly instance: object | undefined;
  readonly why: string;
}

function tell(application: RunningApplication, { binding, instance, why }: BareCall): void {
  const { told } = watches.get(application)!;
  const provider = binding.provider ?? providerOfClass((instance ?? binding.owner).constructor);
  if (provider === undefined || told.has(binding) || !application.hasProvider(provider)) return;
  told.add(binding);
  application.warn(`${settings.shownUserName(binding.place)} ran without its policies, ${why}`);
}
