import { describe, expect, it } from '@jest/globals';
import { of, type Observable } from 'rxjs';
import { Fallback, FallbackTo, Retry, Idempotent, CircuitBreaker } from '../index.js';
interface Order {
  id: string;
}
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
});
