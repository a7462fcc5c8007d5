import type { Observable } from 'rxjs';

/** A method that can be decorated: it answers later. */
export type AsyncMethod = (...args: never[]) => Promise<unknown> | Observable<unknown>;

/** The value that a method answers with, as a Promise or an Observable. */
export type Answer<R> = R extends Promise<infer T> ? T : R extends Observable<infer T> ? T : never;

/** A decorator for such methods only: others do not compile. */
export type AsyncMethodDecorator = <T extends AsyncMethod>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;
