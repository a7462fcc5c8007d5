import { describe, expect, it } from '@jest/globals';
import type { ClaimedJob } from '../driver/queue-driver.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { JobData } from './job-data.js';

const CLAIMED: ClaimedJob = {
  id: 'one',
  provider: 'crm',
  name: 'sync',
  tenant: 'acme',
  payload: '{}',
  attempt: 2,
  attempts: undefined,
  lost: 1,
  addedAt: 0,
  claim: '1',
};

describe('the job as its processor sees it', () => {
  const { signal } = new AbortController();
  const call = { signal };
  const made = (): SyncJobData => new JobData(CLAIMED, { order: 7 }, { call, note: () => Promise.resolve() });

  it.each<[string, (job: SyncJobData) => SyncJobData]>([
    ['itself', (job) => job],
    ['an object that inherits from it', (job) => Object.create(job) as SyncJobData],
    ['a proxy', (job) => new Proxy(job, {})],
    ['a proxy that reads by itself', (job) => new Proxy(job, { get: (target, key) => Reflect.get(target, key) })],
    [
      'a proxy of another object, which reads from it',
      (job) => new Proxy({} as SyncJobData, { get: (_, key) => Reflect.get(job, key) }),
    ],
    ['a proxy of a proxy', (job) => new Proxy(new Proxy(job, {}), {})],
    ['a copy', (job) => ({ ...job })],
    [
      'a copy with all descriptors',
      (job) => Object.create(Object.prototype, Object.getOwnPropertyDescriptors(job)) as SyncJobData,
    ],
    ['an assigned copy', (job) => Object.assign({}, job)],
  ])('has its signal and the rest through %s', (_, through) => {
    const job = through(made());
    expect(job.signal).toBe(signal);
    expect([job.id, job.name, job.tenant, job.attempt, job.lost, job.idempotencyKey]).toEqual([
      'one',
      'sync',
      'acme',
      3,
      1,
      'one',
    ]);
    expect(job.payload).toEqual({ order: 7 });
    expect(job.keyFor('invoice')).toBe(made().keyFor('invoice'));
  });

  it('lists what it tells, and nothing else', () => {
    const names = [
      'id',
      'name',
      'tenant',
      'payload',
      'attempt',
      'lost',
      'idempotencyKey',
      'signal',
      'keyFor',
      'progress',
    ];
    expect(Object.keys(made()).sort()).toEqual(names.sort());
    expect(Reflect.ownKeys({ ...made() }).sort()).toEqual(names);
  });

  it('reads no signal, which is made when it is first asked for, before its processor does', () => {
    let reads = 0;
    const counted = {
      get signal() {
        reads++;
        return signal;
      },
    };
    const job = new JobData(CLAIMED, {}, { call: counted, note: () => Promise.resolve() });
    expect(reads).toBe(0);
    expect(job.signal).toBe(signal);
    expect(reads).toBe(1);
  });

  it('has its signal replaced by a test', () => {
    const job = made();
    const other = new AbortController().signal;
    Object.defineProperty(job, 'signal', { value: other });
    expect(job.signal).toBe(other);
  });
});
