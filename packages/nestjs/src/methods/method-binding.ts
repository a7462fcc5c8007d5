import type { AnswerProtocol, Call } from '@breakwater/core';
import { settings, type Layer } from '@breakwater/core/adapter';
import { isObservable, Observable } from 'rxjs';
import { classNameOf } from './class-name.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

let bindings = 0;

/** The words of one method's decorators. Inert: an application links it. */
export class MethodBinding {
  /** Where an application keeps what it made of this: an index, so that a call looks nothing up. */
  readonly id = bindings++;
  /** By kind, each with the decorator's own options. */
  readonly policies = new Map<string, Layer>();
  /** The decorators that brought these policies, as they are written. */
  readonly decorators = new Map<string, string>();
  /** Kinds of which the method wants an instance of its own. */
  readonly own = new Set<string>();
  /** Whether every policy that the provider's settings have applies. */
  everyPolicy = false;
  operationName: string | undefined;
  /** The protocol in which its answers are to be read, where it names one itself. */
  protocol: AnswerProtocol | undefined;
  /** Whether its calls last until their results have been read, where it says so. */
  holdsStream: boolean | undefined;
  fallbackMethod: string | undefined;
  returnsObservable: boolean;
  /** The functions that make the key of keyed gates from the arguments, by kind. */
  readonly keys = new Map<string, (...args: unknown[]) => string>();
  private named: string | undefined;

  constructor(
    /** The prototype that has the method. */
    readonly owner: object,
    readonly method: string,
    readonly original: Method,
    /** The return type that TypeScript emitted. */
    readonly returnType: unknown,
  ) {
    this.returnsObservable = returnType === Observable;
  }

  /** The provider that its decorators name. */
  get provider(): string | undefined {
    return this.named;
  }

  /** Where the method was written: `'PaymentsClient.charge'`. */
  get place(): string {
    return `${classNameOf(this.owner.constructor)}.${this.method}`;
  }

  nameProvider(provider: string): void {
    if (this.named !== undefined && this.named !== provider) {
      const [one, other] = [provider, this.named].map((name) => settings.shownUserName(name));
      throw new TypeError(`${this.place} names two providers, '${one}' and '${other}': keep one`);
    }
    this.named = provider;
  }

  addPolicy(kind: string, options: Layer, decorator: string): void {
    if (this.policies.has(kind)) throw new TypeError(`${this.place} has two decorators for ${kind}: keep one`);
    this.policies.set(kind, options);
    this.decorators.set(kind, decorator);
  }

  /** Calls the method as it was written. Made once, so that a call makes no closure. */
  readonly work = (call: Call): unknown => {
    const result = this.original.apply((call as Call & { receiver: unknown }).receiver, call.args as unknown[]);
    if (isObservable(result)) {
      throw new TypeError(
        `${this.place} returned an Observable: annotate its return type as Observable, or say returns: 'observable'`,
      );
    }
    return result;
  };

  /** Calls a method that returns an Observable. */
  stream(receiver: unknown, args: readonly unknown[]): Observable<unknown> {
    const result = this.original.apply(receiver, args as unknown[]);
    if (!isObservable(result)) throw new TypeError(`${this.place} is declared to return an Observable and did not`);
    return result;
  }
}
