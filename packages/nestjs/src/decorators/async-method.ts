import type { Observable } from 'rxjs';

/** A method that can be decorated: it answers later. */
export type AsyncMethod = (...args: never[]) => Promise<unknown> | Observable<unknown>;

/** A decorator for such methods only: others do not compile. */
export type AsyncMethodDecorator = <T extends AsyncMethod>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;
