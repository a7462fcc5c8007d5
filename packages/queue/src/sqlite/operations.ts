import { first } from '@breakwater/sqlite/adapter';
import type { AddedJob, Claimed, ClaimedJob, ClaimOptions, NewJob, Settlement } from '../driver/queue-driver.js';
import { PRIORITIES } from './job-of-row.js';
import type { ClaimedRow, Statements } from './statements.js';

/** The operations of the driver, each inside a transaction that has been begun, at the time `now`. */

export function addJobs(sql: Statements, jobs: readonly NewJob[], now: number): readonly AddedJob[] {
  return jobs.map((job) => {
    const { id, provider, name, tenant, key = null, payload, priority, attempts = null, delayMs } = job;
    const rank = PRIORITIES.indexOf(priority);
    const state = delayMs > 0 ? 'delayed' : 'waiting';
    const values = [id, provider, name, tenant, key, payload, rank, attempts, now, now + delayMs, state];
    return { id, added: sql.add.run(values).changes > 0 };
  });
}

/** The answer where nothing can be claimed, found without a transaction; `undefined` where something may be. */
export function nothingToClaim(sql: Statements, provider: string, now: number): Claimed | undefined {
  type Row = readonly [waiting: number, runAt: number | null, leaseUntil: number | null, paused: number];
  const [waiting, runAt, leaseUntil, paused] = first<Row>(sql.look, [provider, provider, provider, provider])!;
  if (paused === 1) return { jobs: [], paused: true, nextInMs: undefined };
  const nextAt = Math.min(runAt ?? Infinity, leaseUntil ?? Infinity);
  if (waiting === 1 || nextAt <= now) return undefined;
  return { jobs: [], paused: false, nextInMs: nextAt === Infinity ? undefined : nextAt - now };
}

export function claimJobs(
  sql: Statements,
  provider: string,
  { limit, leaseMs, now }: ClaimOptions & { readonly now: number },
): Claimed {
  const [paused, served] = first<[number, string]>(sql.queue, [provider]) ?? [0, ''];
  if (paused === 1 || limit === 0) return { jobs: [], paused: paused === 1, nextInMs: undefined };
  sql.lost.run([now, provider, now]);
  sql.ready.run([provider, now]);
  const jobs: ClaimedJob[] = [];
  let last = served;
  while (jobs.length < limit) {
    const row = first<ClaimedRow>(sql.claim, [now + leaseMs, provider, last, provider]);
    if (row === undefined) break;
    const job = claimedJob(row);
    last = job.tenant;
    jobs.push(job);
  }
  if (last !== served) sql.served.run([provider, last]);
  return { jobs, paused: false, nextInMs: undefined };
}

/** Whether the claim still stood. */
export function settleJob(sql: Statements, settlement: Settlement, now: number): boolean {
  const { id, claim } = settlement.job;
  switch (settlement.to) {
    case 'completed':
      return sql.complete.run([settlement.result ?? null, now, id, claim]).changes > 0;
    case 'waiting': {
      const { delayMs, burnt, history } = settlement;
      const state = delayMs > 0 ? 'delayed' : 'waiting';
      const note = history === undefined ? null : JSON.stringify(history);
      return sql.wait.run([note, state, now + delayMs, burnt ? 1 : 0, id, claim]).changes > 0;
    }
    case 'dead':
      return sql.bury.run([JSON.stringify(settlement.history), now, id, claim]).changes > 0;
  }
}

function claimedJob(row: ClaimedRow): ClaimedJob {
  const [id, provider, name, tenant, payload, attempt, attempts, lost, addedAt, claim] = row;
  const most = attempts ?? undefined;
  return { id, provider, name, tenant, payload, attempt, attempts: most, lost, addedAt, claim: String(claim) };
}
