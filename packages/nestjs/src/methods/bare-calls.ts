import { settings } from '@breakwater/core/adapter';
import type { MethodBinding } from './method-binding.js';
import { providerOfClass } from './provider-of-class.js';

/** An application that is up, as far as it matters here. */
export interface RunningApplication {
  hasProvider(name: string): boolean;
  warn(message: string): void;
}

/** Held weakly: an application that is never closed can be collected all the same. */
const running = new Set<WeakRef<RunningApplication>>();
const told = new WeakMap<RunningApplication, Set<MethodBinding>>();

/** Tells an application of decorated methods that run bare while it is up. The function that is returned ends that. */
export function watchBareCalls(application: RunningApplication): () => void {
  const reference = new WeakRef(application);
  running.add(reference);
  told.set(application, new Set());
  return () => void running.delete(reference);
}

/**
 * A decorated method was called on an instance that belongs to no application. In a unit test that is wanted; in an
 * application it is a call without its policies, as of an instance made with `new`, so it is told once for each method.
 */
export function noteBareCall(binding: MethodBinding, receiver: unknown): void {
  for (const reference of running) {
    const application = reference.deref();
    if (application === undefined) running.delete(reference);
    else tell(application, binding, receiver);
  }
}

function tell(application: RunningApplication, binding: MethodBinding, receiver: unknown): void {
  const methods = told.get(application)!;
  const { constructor } = Object(receiver) as { constructor?: unknown };
  const provider = binding.provider ?? (typeof constructor === 'function' ? providerOfClass(constructor) : undefined);
  if (provider === undefined || methods.has(binding) || !application.hasProvider(provider)) return;
  methods.add(binding);
  const place = settings.shownUserName(binding.place);
  application.warn(
    `${place} ran without its policies, on an instance that Nest does not know: one that was made with new, or that stands behind a Proxy. Let Nest make it, or have a factory provide it`,
  );
}
