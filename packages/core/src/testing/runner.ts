/**
 * The parts of a test runner that a contract needs. Jest, Vitest and Mocha have them as globals; those of `node:test`
 * are passed in.
 */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** The runner whose globals are there. Throws a `TypeError` when there is none. */
export function globalRunner(): TestRunner {
  const { describe, it } = globalThis as unknown as Partial<TestRunner>;
  if (describe === undefined || it === undefined) {
    throw new TypeError(
      "no global describe and it: hand over the runner's own, as in storeContract(make, { describe, it })",
    );
  }
  return { describe, it };
}
