import type { Layer } from '@breakwater/core';
import type { Observable } from 'rxjs';
import { bindMethod } from '../binding/wrap-method.js';

/** What a method answers with, however it does. */
type Answer<R> = R extends Promise<infer T> ? T : R extends Observable<infer T> ? T : never;

type FallbackMethodDecorator<F> = <A extends never[], R extends Promise<unknown> | Observable<unknown>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: A) => R> &
    (F extends (error: unknown, ...args: A) => Answer<R> | R | Promise<Answer<R>> ? unknown : F extends Answer<R> ? unknown : never),
) => void;

/** Answers in place of an error: with a value, or with what a function makes of the error and the method's arguments. */
export function Fallback<const F>(fallback: F): FallbackMethodDecorator<F> {
  const handler = typeof fallback === 'function' ? fallback : () => fallback;
  return (target, method, descriptor) => {
    bindMethod(target, method, descriptor as PropertyDescriptor).policies.set('fallback', handler as unknown as Layer);
  };
}
