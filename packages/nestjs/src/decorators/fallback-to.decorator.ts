import { bindMethod } from '../methods/bind-method.js';
import type { Answer, AsyncMethod } from './async-method.js';
import { refuseBare } from './check-decorator.js';

/** Answers in place of an error with another method of the class, which is given the error and the arguments. */
export function FallbackTo<const M extends string>(fallback: M) {
  refuseBare('@FallbackTo', fallback);
  return <T extends AsyncMethod>(
    target: { [K in M]: (error: unknown, ...args: Parameters<T>) => Answer<ReturnType<T>> | ReturnType<T> },
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    const binding = bindMethod(target, method, descriptor as PropertyDescriptor);
    if (binding.fallbackMethod !== undefined) throw new TypeError(`${binding.place} has two @FallbackTo: keep one`);
    binding.fallbackMethod = fallback;
  };
}
