import type { Observable } from 'rxjs';
import { bindMethod } from '../binding/wrap-method.js';
import type { Answer } from './async-method.js';

/** Answers in place of an error with another method of the class, which is given the error and the arguments. */
export function FallbackTo<const M extends string>(fallback: M) {
  return <A extends unknown[], R extends Promise<unknown> | Observable<unknown>>(
    target: { [K in M]: (error: unknown, ...args: A) => Answer<NoInfer<R>> | NoInfer<R> },
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: A) => R>,
  ): void => {
    bindMethod(target, method, descriptor as PropertyDescriptor).fallbackMethod = fallback;
  };
}
