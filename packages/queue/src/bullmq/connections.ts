import {
  createRedisBackend,
  DEFAULT_SCHEMA,
  Queue,
  type BackendFactory,
  type IQueueBackend,
  type QueueOptions,
} from 'bullmq';
import type { ScheduledRun } from '../driver/queue-driver.js';
import type { BullData } from './bull-job.js';
import type { BullmqDriverSettings } from './bullmq-driver.options.js';
import { directoryNameOf, lineId, queueNameOf, type LineName } from './line-name.js';
import { JointWrites } from './joint-writes.js';
import type { Line } from './line.js';

type AnyFactory = BackendFactory<IQueueBackend, unknown>;

const SCHEMA_OF_JOBS = `
  SELECT nspname AS schema FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE pg_class.oid = to_regclass('job')`;

/** The queue that lists a provider's lines: a job for each, which is never run. */
export type Directory = Queue<Omit<LineName, 'provider'>, unknown, string>;

/** The queues of BullMQ, all on one connection. */
export class Connections {
  private base: IQueueBackend | undefined;
  private writes: JointWrites | undefined;
  private schemaName: Promise<string> | undefined;
  private readonly queues = new Map<string, Queue>();
  private readonly claiming = new Map<string, IQueueBackend>();

  constructor(
    private readonly settings: BullmqDriverSettings,
    /** How long a claim lasts: BullMQ has it from the connection. */
    private readonly leaseMs: number,
  ) {}

  directory(provider: string): Directory {
    return this.queueOf(directoryNameOf(provider)) as Directory;
  }

  line(name: LineName): Line {
    const id = queueNameOf(name);
    let backend = this.claiming.get(id);
    if (backend === undefined) this.claiming.set(id, (backend = this.root().forQueue(id)));
    const queue = () => this.queueOf(id) as Queue<BullData, unknown, string>;
    return {
      ...name,
      backend,
      // A process that only claims needs none: each is large, and there may be thousands of tenants.
      get queue() {
        return queue();
      },
    };
  }

  /** The queue that keeps the last run of each schedule: a job for each, which is never run. */
  schedules(): Queue<ScheduledRun, unknown, string> {
    return this.queueOf('sync_schedules') as Queue<ScheduledRun, unknown, string>;
  }

  /** Has the other processes find a line. */
  async announce(names: readonly LineName[]): Promise<void> {
    await Promise.all(
      names.map((name) => {
        const { provider, tenant, high } = name;
        return this.directory(provider).add('line', { tenant, high }, { jobId: lineId(name) });
      }),
    );
  }

  /** Whether the connections are those of a pool of the application's, whose transactions may hold all of them. */
  get isOfApplication(): boolean {
    return isPool(this.settings.connection);
  }

  /** The schema of BullMQ's tables in Postgres, which a pool of the application's is asked for once. */
  schema(): Promise<string> {
    if (this.schemaName !== undefined) return this.schemaName;
    const reading = this.readSchema();
    this.schemaName = reading;
    reading.catch(() => (this.schemaName = undefined));
    return reading;
  }

  /** Has the commands of this turn go out together, where the backend can. */
  joinWrites(): void {
    this.writes?.join();
  }

  async close(): Promise<void> {
    // Redis that is away would be told good-bye once it is back.
    await this.base?.close(this.writes?.isAway === true);
  }

  private async readSchema(): Promise<string> {
    const { connection } = this.settings;
    if (isPool(connection)) {
      // Its search path says.
      const { rows } = await connection.query(SCHEMA_OF_JOBS);
      if (rows[0] !== undefined) return rows[0].schema;
      // There are no tables yet.
      this.schemaName = undefined;
      return DEFAULT_SCHEMA;
    }
    return (Object(connection) as { schema?: string }).schema ?? DEFAULT_SCHEMA;
  }

  private queueOf(name: string): Queue {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      const options = { connection: this.settings.connection, prefix: this.settings.prefix } as QueueOptions;
      const factory = (() => this.root().forQueue(name)) as unknown as AnyFactory;
      queue = new Queue(name, options, factory as never) as unknown as Queue;
      // The operations say what is wrong; without a listener, an error here would end the process.
      queue.on('error', () => undefined);
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** The backend itself, whose connection all others share. */
  root(): IQueueBackend {
    if (this.base === undefined) {
      const { connection, prefix, backend = createRedisBackend as unknown as AnyFactory } = this.settings;
      const claims = {
        lockDuration: Math.ceil(this.leaseMs),
        stalledInterval: stalledEveryMs(this.leaseMs),
        maxStalledCount: 1e9,
      };
      this.base = (backend as AnyFactory)('sync', { connection, prefix, ...claims } as never);
      this.base.on('error', () => undefined);
      this.writes = new JointWrites(this.base);
      // Before a transaction asks, which may hold the last connection of the pool.
      if (this.isOfApplication) void this.schema();
    }
    return this.base;
  }
}

interface PostgresPool {
  query(text: string): Promise<{ readonly rows: readonly { readonly schema: string }[] }>;
}

function isPool(connection: unknown): connection is PostgresPool {
  const { query, connect } = Object(connection) as { query?: unknown; connect?: unknown };
  return typeof query === 'function' && typeof connect === 'function';
}

/** How often BullMQ looks for jobs whose lease has ended: it takes two looks to be sure. */
export function stalledEveryMs(leaseMs: number): number {
  return Math.max(50, Math.min(15_000, leaseMs / 4));
}
