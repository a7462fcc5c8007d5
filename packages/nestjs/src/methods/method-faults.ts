import type { Fault } from '@breakwater/core';
import { catalog, settings } from '@breakwater/core/adapter';
import { Observable } from 'rxjs';
import type { MethodBinding } from './method-binding.js';

/**
 * Says why a policy that calls twice or keeps answers does not fit a method, and what to do; `undefined` where it fits.
 */
export function whyNoStream({ returnsObservable, holdsStream }: MethodBinding): string | undefined {
  if (returnsObservable) return 'returns an Observable: return a Promise, for example with firstValueFrom()';
  if (holdsStream === true) return "is said to return a stream: take 'stream: true' away";
  return undefined;
}

/** Faults of a method as it is written, whatever the settings are. */
export function methodFaults(binding: MethodBinding, constructor: object, operation: string): readonly Fault[] {
  const { fallbackMethod, policies, decorators, original, returnType, keys } = binding;
  const noStream = whyNoStream(binding);
  const { name, prototype } = constructor as { name: string; prototype?: Record<string, unknown> };
  const faults: Fault[] = [];
  const fault = (message: string, path = operation) => void faults.push({ path, message });
  if (fallbackMethod !== undefined && typeof prototype?.[fallbackMethod] !== 'function') {
    const shown = settings.shownUserName(fallbackMethod);
    fault(`${name} has no method '${shown}'`, `${operation} @FallbackTo('${shown}')`);
  }
  if (fallbackMethod !== undefined && policies.has('fallback')) fault('has both @Fallback and @FallbackTo: keep one');
  if (isSynchronous(returnType)) {
    const { name: type } = returnType as { name: string };
    fault(`returns ${type}: a decorated method returns a Promise or an Observable`);
  }
  if (isObservableOfItsOwn(binding)) {
    const { name: type } = returnType as { name: string };
    fault(`returns ${type}: annotate its return type as Observable, which is what its callers get`);
  }
  if (isGenerator(original))
    fault('is a generator: a decorated method returns a Promise, of an async iterable if need be');
  for (const [kind, decorator] of decorators) {
    if (noStream === undefined || catalog.kind(kind)?.fitsStreams !== false) continue;
    fault(`is ${decorator} and ${noStream}`);
  }
  if (new Set(keys.values()).size > 1) {
    fault(`has different keys for ${[...keys.keys()].join(', ')}: a call has one key`);
  }
  return faults;
}

/** Its call would be retried, timed and counted as if it ended at once, and its caller would get a Promise. */
function isGenerator(method: object): boolean {
  return /Generator/.test(Object.prototype.toString.call(method));
}

/** A Subject, for example: its callers would look for its methods in vain. */
function isObservableOfItsOwn({ returnsObservable, returnType }: MethodBinding): boolean {
  const { prototype } = Object(returnType) as { readonly prototype?: unknown };
  return !returnsObservable && prototype instanceof Observable;
}

/** TypeScript emits a class for a return type that is one, and `Object` or nothing where it cannot tell. */
function isSynchronous(returnType: unknown): boolean {
  if (typeof returnType !== 'function' || returnType === Object) return false;
  const { prototype } = returnType as { prototype: unknown };
  return !(
    returnType === Promise ||
    prototype instanceof Promise ||
    returnType === Observable ||
    prototype instanceof Observable
  );
}
