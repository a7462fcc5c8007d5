import { withinTime, type TestRunner } from '@breakwater/core/testing';
import { DriverBench, type DriverTest, type QueueDriverUnderTest } from './driver-bench.js';
import { delayClaims } from './delay-claims.js';
import { keyClaims } from './key-claims.js';
import { leaseClaims } from './lease-claims.js';
import { operatorClaims } from './operator-claims.js';
import { pauseClaims } from './pause-claims.js';
import { recordClaims } from './record-claims.js';
import { turnClaims } from './turn-claims.js';

/**
 * The contract of every driver of the queue, as tests for the runner whose `describe` and `it` are handed over. `make`
 * returns an open driver whose other jobs do no harm; it is closed at the end of each test.
 */
export function queueDriverContract(
  make: () => Promise<QueueDriverUnderTest>,
  { describe, it }: TestRunner = globalThis as unknown as TestRunner,
): void {
  const run = async (body: (bench: DriverBench) => Promise<void>) => {
    const { driver, elapse } = await make();
    try {
      await body(new DriverBench(driver, elapse));
    } finally {
      await driver.close();
    }
  };
  const within: DriverTest['within'] = (ms, name, body) => void it(name, () => withinTime(ms, () => run(body)));
  const test: DriverTest = Object.assign(
    (name: string, body: (bench: DriverBench) => Promise<void>) => void it(name, () => run(body)),
    { within },
  );

  describe('queue driver contract', () => {
    turnClaims(test);
    recordClaims(test);
    keyClaims(test);
    delayClaims(test);
    leaseClaims(test);
    pauseClaims(test);
    operatorClaims(test);
  });
}
