import { Clock, createProvider, SystemClock, type Store, type Timer } from '@breakwater/core';

/** The task of one host: it sends as much as the limit that it shares lets through. */
export interface HostJob {
  readonly kind: 'redis' | 'postgres' | 'sqlite';
  /** Where the store is: a URL, or a file. */
  readonly at: string;
  readonly limit: number;
  readonly perMs: number;
  readonly forMs: number;
  /** How late a call may go out after it was let through. */
  readonly marginMs: number;
  /** How far the host's clock is ahead of the machine's. */
  readonly aheadMs: number;
}

/** The outcome of a host. */
export interface HostReport {
  /** When each call went out. */
  readonly sent: readonly number[];
  /** The store did not answer in time, so the host kept a limit of its own for a while, as documented. */
  readonly wasApart: boolean;
}

/** The machine's clock, set wrong. */
class ClockAhead extends Clock {
  private readonly inner = new SystemClock();

  constructor(private readonly aheadMs: number) {
    super();
  }

  now(): number {
    return this.inner.now() + this.aheadMs;
  }

  wallNow(): number {
    return this.inner.wallNow() + this.aheadMs;
  }

  yield(): Promise<void> {
    return this.inner.yield();
  }

  protected startTimer(ms: number, run: () => void): Timer {
    return this.inner.schedule(ms, run);
  }
}

/** Loads no more than the store needs: loading is most of what a host does. */
async function open({ kind, at }: HostJob): Promise<Store> {
  if (kind === 'redis') {
    const [{ RedisStore }, { default: redis }] = await Promise.all([import('@breakwater/redis'), import('ioredis')]);
    return new RedisStore(new redis.Redis(at));
  }
  if (kind === 'sqlite') return new (await import('@breakwater/sqlite')).SqliteStore({ file: at });
  const [{ PostgresStore }, { default: pg }] = await Promise.all([import('@breakwater/postgres'), import('pg')]);
  return new PostgresStore(new pg.Pool({ connectionString: at }));
}

/** Milliseconds of a clock that all processes of the machine share. */
function sharedNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Sends until its time is over, ten calls at once. */
async function send(job: HostJob): Promise<HostReport> {
  const { limit, perMs: per, marginMs: margin } = job;
  const rateLimit = { limit, per, margin, wait: '1m', queue: 100 } as const;
  const store = await open(job);
  const provider = createProvider('provider', { rateLimit }, { clock: new ClockAhead(job.aheadMs), store });
  let wasApart = false;
  provider.events.on(({ type, detail }) => {
    if (type !== 'rateLimit.apart') return;
    wasApart = true;
    process.stderr.write(`apart: ${detail.reason}\n`);
  });
  const sent: number[] = [];
  const until = sharedNow() + job.forMs;
  const caller = new AbortController();
  setTimeout(() => caller.abort(), job.forMs);
  const worker = async () => {
    while (sharedNow() < until) {
      await provider.execute(() => void sent.push(sharedNow()), { signal: caller.signal }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  return { sent, wasApart };
}

process.once('message', (job) => {
  void send(job as HostJob).then((report) => process.send!(report, () => process.exit()));
});
process.send!('ready');
