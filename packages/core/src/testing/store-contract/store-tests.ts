import type { Store } from '../../store/store.js';
import type { TestRunner } from '../runner.js';

/** A store under test, and how time passes for it: a fake clock advances, a real server is waited for. */
export interface StoreUnderTest {
  readonly store: Store;
  elapse(ms: number): Promise<void>;
}

/** A test of a store that is empty, or whose other keys do no harm: `key` is its own. */
type StoreTest = (store: Store, elapse: StoreUnderTest['elapse'], key: string) => Promise<void>;

/** The ways in which the claims on stores become tests. */
export interface StoreTests {
  readonly describe: TestRunner['describe'];
  test(name: string, body: StoreTest): void;
}

/** Tests of stores that `make` opens: each is closed at the end of its test. */
export function storeTests(make: () => Promise<StoreUnderTest>, { describe, it }: TestRunner): StoreTests {
  return {
    describe,
    test: (name, body) =>
      it(name, async () => {
        const { store, elapse } = await make();
        try {
          await body(store, elapse, uniqueKey());
        } finally {
          await store.close();
        }
      }),
  };
}

let keys = 0;

function uniqueKey(): string {
  return `contract:${process.pid}:${process.hrtime.bigint()}:${keys++}`;
}
