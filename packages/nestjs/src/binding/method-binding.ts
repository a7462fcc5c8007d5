import type { Call, Layer } from '@breakwater/core';
import { isObservable, type Observable } from 'rxjs';

type Method = (this: unknown, ...args: unknown[]) => unknown;

let bindings = 0;

/** What the decorators of one method say. Inert: an application makes it alive. */
export class MethodBinding {
  /** Where an application keeps what it made of this: an index, so that a call looks nothing up. */
  readonly id = bindings++;
  /** By kind, each with the decorator's own options. */
  readonly policies = new Map<string, Layer>();
  /** Kinds of which the method wants an instance of its own. */
  readonly own = new Set<string>();
  /** Whether every policy that the provider's settings have applies. */
  everyPolicy = false;
  provider: string | undefined;
  operationName: string | undefined;
  fallbackMethod: string | undefined;
  returnsObservable: boolean;
  /** What tells keyed gates apart, from the arguments. */
  readonly keys = new Map<string, (...args: unknown[]) => string>();

  constructor(
    readonly owner: object,
    readonly method: string,
    readonly original: Method,
    /** What TypeScript emitted as the method's return type. */
    readonly returnType: unknown,
    isObservableType: boolean,
  ) {
    this.returnsObservable = isObservableType;
  }

  /** `'PaymentsClient.charge'`. */
  get operation(): string {
    return this.operationName ?? `${this.owner.constructor.name}.${this.method}`;
  }

  /** How many options its decorators bring. */
  get optionCount(): number {
    return [...this.policies.values()].reduce((count, options) => count + Object.keys(options).length, 0);
  }

  /** Calls the method as it was written. Made once, so that a call makes no closure. */
  readonly work = (call: Call): unknown => {
    const result = this.original.apply((call as Call & { receiver: unknown }).receiver, call.args as unknown[]);
    if (isObservable(result)) {
      throw new TypeError(
        `${this.operation} returned an Observable: annotate its return type as Observable, or say returns: 'observable'`,
      );
    }
    return result;
  };

  /** Calls a method that returns an Observable. */
  stream(receiver: unknown, args: readonly unknown[]): Observable<unknown> {
    const result = this.original.apply(receiver, args as unknown[]);
    if (!isObservable(result)) throw new TypeError(`${this.operation} is declared to return an Observable and did not`);
    return result;
  }
}
