import { describe, expect, it } from '@jest/globals';
import { of, type Observable } from 'rxjs';
import {
  CircuitBreaker,
  Fallback,
  FallbackTo,
  Idempotent,
  Resilient,
  Retry,
  type AsyncMethodDecorator,
} from '../index.js';
interface Order {
  id: string;
}
// @ts-expect-error an operation is a method
const OfClass: ClassDecorator = Resilient({ provider: 'payments', operation: 'charge' });
const OfMethod: AsyncMethodDecorator = Resilient({ provider: 'payments', operation: 'charge' });

/** Compiling this file is the test: each line that is expected to fail says so. */
class A {
  @Fallback('x') async a(): Promise<string> {
    return 'a';
  }
  @Fallback((_e: unknown, id: string) => id + 'z') async b(_id: string): Promise<string> {
    return 'a';
  }
  @Fallback(async (_e: unknown) => 'z') async c(_id: string): Promise<string> {
    return 'a';
  }
  @Fallback([]) async d(): Promise<string[]> {
    return [];
  }
  @Fallback(undefined) async e(): Promise<string | undefined> {
    return 'a';
  }
  @Fallback(() => 3) f(): Observable<number> {
    return of(1);
  }
  @Fallback({ ok: false }) async g(): Promise<{ ok: boolean }> {
    return { ok: true };
  }
  @FallbackTo('later') async h(_id: string): Promise<string> {
    return 'a';
  }
  async later(_e: unknown, id: string): Promise<string> {
    return id;
  }
  @Idempotent({ key: (order: Order) => order.id }) @Retry() @CircuitBreaker('payments') async i(
    _order: Order,
  ): Promise<void> {}
  @FallbackTo('atOnce') async o(): Promise<string> {
    return 'a';
  }
  atOnce(): string {
    return '';
  }
  @Fallback({ items: [], total: 0 }) async p(): Promise<{ items: string[]; total: number }> {
    return { items: ['a'], total: 1 };
  }
  @Fallback([['a']]) async q(): Promise<string[][]> {
    return [];
  }
  @Fallback({ at: new Date(0), tags: [], make: () => [1] }) async r(): Promise<{
    at: Date;
    tags: string[];
    make: () => number[];
  }> {
    return { at: new Date(0), tags: [], make: () => [] };
  }
  @Fallback([]) async s<T>(given: T[]): Promise<T[]> {
    return given;
  }
  @Fallback((_e: unknown, id: string) => of(id)) t(id: string): Observable<string> {
    return of(id);
  }
  @FallbackTo('none') async u<T>(given: T[]): Promise<T[]> {
    return given;
  }
  none(): [] {
    return [];
  }
  @Fallback({ use: 'none', when: (_result, { status }) => status === 404 }) async x(): Promise<string> {
    return 'a';
  }
  // @ts-expect-error wrong value beside a condition
  @Fallback({ use: 1, when: (_result, { status }) => status === 404 }) async y(): Promise<string> {
    return 'a';
  }
  // @ts-expect-error wrong value deep inside
  @Fallback({ items: [1] }) async v(): Promise<{ items: string[] }> {
    return { items: [] };
  }
  // @ts-expect-error sync
  @Fallback(1) w(): number {
    return 1;
  }
  // @ts-expect-error wrong value
  @Fallback(3) async j(): Promise<string> {
    return 'a';
  }
  // @ts-expect-error wrong argument type
  @Fallback((_e: unknown, id: number) => String(id)) async k(_id: string): Promise<string> {
    return 'a';
  }
  // @ts-expect-error no such method
  @FallbackTo('nope') async l(_id: string): Promise<string> {
    return 'a';
  }
  // @ts-expect-error sync
  @Retry() m(): number {
    return 1;
  }
  // @ts-expect-error wrong result
  @FallbackTo('later') async n(_id: string): Promise<number> {
    return 1;
  }
}

describe('decorators', () => {
  it('compile on the methods that they fit and leave their types as they were', async () => {
    const answers: [string, string[], number] = [await new A().a(), await new A().d(), new A().m()];
    expect(answers).toEqual(['a', [], 1]);
  });

  it('name one operation, provider and fallback for a method', () => {
    const decorate = (...decorators: ((target: object, method: string, descriptor: never) => void)[]) => {
      class Client {
        async charge(): Promise<void> {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Client.prototype, 'charge');
      for (const decorator of decorators) decorator(Client.prototype, 'charge', descriptor as never);
    };
    expect(() => decorate(CircuitBreaker('q'), Retry('p'))).toThrow(
      "Client.charge names two providers, 'p' and 'q': keep one",
    );
    expect(() => decorate(OfMethod, Retry('payments'))).not.toThrow();
    expect(() => decorate(Fallback(undefined), Fallback(undefined))).toThrow(
      'Client.charge has two decorators for fallback: keep one',
    );
    expect(() => decorate(FallbackTo('a') as never, FallbackTo('b') as never)).toThrow(
      'Client.charge has two @FallbackTo: keep one',
    );
    expect(() => OfClass(A)).toThrow("A is given the operation 'charge': only a method is one");
  });
});
