import type { WebhookDelivery } from '@breakwater/nestjs';
import { migrate, PostgresStore } from '@breakwater/postgres';
import { serverOrReason, ServerUnavailableError, startPostgres, type PostgresServer } from '@breakwater/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool, type PoolClient } from 'pg';
import { stripe } from './signing.js';
import { platforms, withWebhooks, type WebhookApp } from './webhook-app.fixture.js';

const server = await serverOrReason(startPostgres);
const missing = server instanceof ServerUnavailableError;

const TAKE_OVER =
  "UPDATE breakwater.entries SET value = left(value, 1) || 'claimed by another', version = nextval('breakwater.versions'), written_at = now()";

/** How a handler's transaction ends. */
type End =
  | 'COMMIT'
  | 'ROLLBACK'
  | 'killed after its effect'
  | 'killed after its mark'
  | 'killed after its commit'
  | 'taken by another process';

interface Left {
  readonly effects: number;
  readonly marks: number;
}

(missing ? describe.skip : describe)('a webhook that is settled in a Postgres transaction of its handler', () => {
  const { url } = server as PostgresServer;
  let pool: Pool;
  let store: PostgresStore;
  let ran: string[];
  /** The ends of the transactions to come; then all are committed. */
  let ends: End[];
  /** The codes of what failed in handlers. */
  let failures: unknown[];

  beforeAll(async () => {
    pool = new Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 60_000 });
    pool.on('error', () => undefined);
    await migrate(pool);
    await pool.query('CREATE TABLE effects (id TEXT NOT NULL)');
    // However slow the machine is: no time limit is what this is about.
    store = new PostgresStore(pool, { timeout: '60s' });
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await (server as PostgresServer).stop();
  });

  /** Ends the session of a client on the server, as a lost host or an administrator does. */
  async function kill(client: PoolClient): Promise<void> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const { pid } = rows[0]!;
    const gone = new Promise((resolve) => client.once('error', resolve));
    await pool.query('SELECT pg_terminate_backend($1)', [pid]);
    await gone;
  }

  async function handle(event: WebhookDelivery): Promise<string> {
    const end = ends.shift() ?? 'COMMIT';
    ran.push(end);
    const client = await pool.connect();
    client.on('error', () => undefined);
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO effects VALUES ($1)', [event.id]);
      if (end === 'killed after its effect') await kill(client);
      if (end === 'taken by another process') await pool.query(TAKE_OVER);
      await event.settle(client);
      if (end === 'killed after its mark') await kill(client);
      await client.query(end === 'ROLLBACK' ? 'ROLLBACK' : 'COMMIT');
      if (end === 'killed after its commit') await kill(client);
      if (end !== 'COMMIT') throw new Error(end);
      return `run ${ran.length}`;
    } catch (error) {
      failure = error as Error;
      failures.push((error as { code?: unknown }).code);
      throw error;
    } finally {
      client.release(failure);
    }
  }

  async function left(id: string): Promise<Left> {
    const count = async (sql: string, ...values: unknown[]) =>
      Number((await pool.query<{ count: string }>(sql, values)).rows[0]!.count);
    return {
      effects: await count('SELECT count(*) FROM effects WHERE id = $1', id),
      marks: await count("SELECT count(*) FROM breakwater.entries WHERE value LIKE '_done%'"),
    };
  }

  describe.each(platforms)('on %s', (platform) => {
    async function start(work: (app: WebhookApp) => Promise<void>): Promise<void> {
      await pool.query('DELETE FROM breakwater.entries');
      [ran, ends, failures] = [[], [], []];
      const webhooks = { payments: { sender: 'stripe', secrets: ['whsec_of_the_shop'] } };
      const routes = [{ path: 'hook', provider: 'payments', handle }];
      await withWebhooks(platform, { webhooks, routes, resilience: { store } }, work);
    }

    const deliver = async ({ post }: WebhookApp, id: string) => {
      const body = JSON.stringify({ id });
      const { status, text } = await post('/hook', body, stripe(body));
      return [status, status === 200 ? text : ''] as const;
    };

    it('has its effect and its mark after COMMIT, and is not handled again', async () => {
      await start(async (app) => {
        const id = `committed on ${platform}`;
        expect(await deliver(app, id)).toEqual([200, 'run 1']);
        expect(await left(id)).toEqual({ effects: 1, marks: 1 });
        expect(await deliver(app, id)).toEqual([200, 'run 1']);
        expect(await left(id)).toEqual({ effects: 1, marks: 1 });
      });
    });

    it.each([
      ['is rolled back', 'ROLLBACK'],
      ['loses its client after the effect', 'killed after its effect'],
      ['loses its client after the mark', 'killed after its mark'],
    ] as const)('has neither when its transaction %s, and is handled by the sender’s next try', async (_what, end) => {
      await start(async (app) => {
        const id = `${end} on ${platform}`;
        ends = [end];
        expect((await deliver(app, id))[0]).toBe(500);
        expect(await left(id)).toEqual({ effects: 0, marks: 0 });
        expect(await deliver(app, id)).toEqual([200, 'run 2']);
        expect(await left(id)).toEqual({ effects: 1, marks: 1 });
      });
    });

    it('has both when its client is killed after the commit, and is not handled again although that try failed', async () => {
      await start(async (app) => {
        const id = `killed late on ${platform}`;
        ends = ['killed after its commit'];
        expect((await deliver(app, id))[0]).toBe(500);
        expect(await left(id)).toEqual({ effects: 1, marks: 1 });
        expect((await deliver(app, id))[0]).toBe(200);
        expect(await left(id)).toEqual({ effects: 1, marks: 1 });
        expect(ran).toHaveLength(1);
      });
    });

    it('has its transaction refuse the mark when the delivery was taken by another process meanwhile', async () => {
      await start(async (app) => {
        const id = `lost on ${platform}`;
        ends = ['taken by another process'];
        expect((await deliver(app, id))[0]).toBe(503);
        expect(await left(id)).toEqual({ effects: 0, marks: 0 });
        expect(failures).toEqual(['WEBHOOK_CLAIM_LOST']);
        // The other's claim stands.
        expect((await deliver(app, id))[0]).toBe(503);
      });
    });
  });
});
