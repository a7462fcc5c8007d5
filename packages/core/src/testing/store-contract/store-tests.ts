import type { Store } from '../../store/store.js';
import type { TestRunner } from '../runner.js';
import { withinTime } from '../within-time.js';

/** A store under test, and how time passes for it: a fake clock advances, a real server is waited for. */
export interface StoreUnderTest {
  readonly store: Store;
  elapse(ms: number): Promise<void>;
}

/** The body of a test. Its store is empty, or the other keys there do no harm: `key` is its own. */
type StoreTestBody = (store: Store, elapse: StoreUnderTest['elapse'], key: string) => Promise<void>;

interface StoreTest {
  (name: string, body: StoreTestBody): void;
  /** A test with a step that has to be done before something expires, so many milliseconds after its beginning. */
  within(ms: number, name: string, body: StoreTestBody): void;
}

/** The ways in which the claims on stores become tests. */
export interface StoreTests {
  readonly describe: TestRunner['describe'];
  readonly test: StoreTest;
}

/** Tests of stores that `make` opens: each is closed at the end of its test. */
export function storeTests(make: () => Promise<StoreUnderTest>, { describe, it }: TestRunner): StoreTests {
  const run = async (body: StoreTestBody) => {
    const { store, elapse } = await make();
    try {
      await body(store, elapse, uniqueKey());
    } finally {
      await store.close();
    }
  };
  const test = (name: string, body: StoreTestBody) => void it(name, () => run(body));
  const within: StoreTest['within'] = (ms, name, body) => void it(name, () => withinTime(ms, () => run(body)));
  return { describe, test: Object.assign(test, { within }) };
}

let keys = 0;

function uniqueKey(): string {
  return `contract:${process.pid}:${process.hrtime.bigint()}:${keys++}`;
}
