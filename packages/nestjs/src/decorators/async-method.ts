import type { Observable } from 'rxjs';

/** A method that can be decorated: it answers later. */
export type AsyncMethod = (...args: never[]) => Promise<unknown> | Observable<unknown>;

/** What a method answers with, however it does. */
export type Answer<R> = R extends Promise<infer T> ? T : R extends Observable<infer T> ? T : never;

/** A decorator for such methods only: others do not compile. */
export type AsyncMethodDecorator = <T extends AsyncMethod>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;
