import type { Layer } from '@breakwater/core';
import type { Observable } from 'rxjs';
import { bindMethod } from '../binding/wrap-method.js';
import type { Answer } from './async-method.js';

/** A literal as it can be assigned: `Fallback([])` fits a method that answers with a list. */
type Literal<F> = { -readonly [K in keyof F]: F[K] };

/** Whether a fallback fits a method: `unknown` when it does, so that it adds nothing, and `never` when it does not. */
type Fits<F, A extends unknown[], R> = F extends (...args: never[]) => unknown
  ? F extends (error: unknown, ...args: A) => Answer<R> | R | Promise<Answer<R>>
    ? unknown
    : never
  : F extends Answer<R>
    ? unknown
    : Literal<F> extends Answer<R>
      ? unknown
      : never;

type FallbackMethodDecorator<F> = <A extends unknown[], R extends Promise<unknown> | Observable<unknown>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: A) => R> & Fits<F, A, R>,
) => void;

/** Answers in place of an error: with a value, or with what a function makes of the error and the method's arguments. */
export function Fallback<const F>(fallback: F): FallbackMethodDecorator<F> {
  const handler = typeof fallback === 'function' ? fallback : () => fallback;
  return (target, method, descriptor) => {
    bindMethod(target, method, descriptor as PropertyDescriptor).policies.set('fallback', handler as unknown as Layer);
  };
}
