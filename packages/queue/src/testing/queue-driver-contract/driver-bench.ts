import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ClaimedJob, NewJob, QueueDriver } from '../../driver/queue-driver.js';

/** An open driver under test, and how time passes for it: a fake clock advances, a real one is waited for. */
export interface QueueDriverUnderTest {
  readonly driver: QueueDriver;
  elapse(ms: number): Promise<void>;
}

export const LEASE = { leaseMs: 60_000 };

/** The surroundings of a test: the driver, a provider of its own, and helpers around both. */
export class DriverBench {
  readonly provider = `crm-${randomUUID().slice(0, 8)}`;
  private made = 0;

  constructor(
    readonly driver: QueueDriver,
    readonly elapse: QueueDriverUnderTest['elapse'],
  ) {}

  job(given: Partial<NewJob> = {}): NewJob {
    const id = `job-${this.made++}`;
    const { provider } = this;
    const plain = { name: 'order.created', tenant: '', key: undefined, payload: '{}', priority: 'normal' } as const;
    return { id, provider, ...plain, delayMs: 0, attempts: undefined, ...given };
  }

  async add(...given: readonly Partial<NewJob>[]): Promise<readonly string[]> {
    return (await this.driver.add(given.map((each) => this.job(each)))).map(({ id }) => id);
  }

  async claim(limit = 1, leaseMs = LEASE.leaseMs): Promise<readonly ClaimedJob[]> {
    return (await this.driver.claim(this.provider, { limit, leaseMs })).jobs;
  }

  async claimOne(leaseMs?: number): Promise<ClaimedJob> {
    const [job] = await this.claim(1, leaseMs);
    assert.ok(job, 'there is nothing to claim');
    return job;
  }

  async complete(...jobs: readonly ClaimedJob[]): Promise<readonly boolean[]> {
    return this.driver.settle(jobs.map((job) => ({ job, to: 'completed', result: undefined }) as const));
  }

  async state(id: string): Promise<string | undefined> {
    return (await this.driver.get(this.provider, id))?.state;
  }
}

/** One test of the contract, with a driver of its own. */
export interface DriverTest {
  (name: string, body: (bench: DriverBench) => Promise<void>): void;
  /** A test with a step that has to be done before something expires, so many milliseconds after its beginning. */
  within(ms: number, name: string, body: (bench: DriverBench) => Promise<void>): void;
}
