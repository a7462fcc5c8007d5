import type { SelectiveFallback } from '@breakwater/core';
import { isSelectiveFallback as isSelective, plainCopy, type Layer } from '@breakwater/core/adapter';
import { bindMethod } from '../methods/bind-method.js';
import type { Answer, AsyncMethod } from './async-method.js';
import { refuseBare } from './check-decorator.js';

/**
 * A literal as it can be assigned, at every depth: `Fallback({ items: [] })` fits a method that answers with `{ items:
 * string[] }`.
 */
type Literal<F> = F extends (...args: never[]) => unknown ? F : { -readonly [K in keyof F]: Literal<F[K]> };

/** Whether a fallback fits a method: `unknown` when it does, so that it adds nothing, and `never` when it does not. */
type Fits<F, A extends unknown[], R> = F extends SelectiveFallback ? FitsAs<F['use'], A, R> : FitsAs<F, A, R>;

type FitsAs<F, A extends unknown[], R> = F extends (...args: never[]) => unknown
  ? F extends (error: unknown, ...args: A) => Answer<R> | R | Promise<Answer<R>>
    ? unknown
    : never
  : F extends Answer<R>
    ? unknown
    : Literal<F> extends Answer<R>
      ? unknown
      : never;

type FallbackMethodDecorator<F> = <M extends AsyncMethod>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M> & Fits<F, Parameters<M>, ReturnType<M>>,
) => void;

/**
 * Answers in place of a failure: with a value, or with what a function makes of the failure and the method's arguments.
 * `{ use, when }` says for which failures.
 */
export function Fallback<const F>(fallback: F | SelectiveFallback): FallbackMethodDecorator<F> {
  refuseBare('@Fallback', fallback);
  const handler = typeof fallback === 'function' || isSelective(fallback) ? fallback : () => plainCopy(fallback);
  return (target, method, descriptor) => {
    bindMethod(target, method, descriptor as PropertyDescriptor).addPolicy(
      'fallback',
      handler as unknown as Layer,
      '@Fallback',
    );
  };
}
