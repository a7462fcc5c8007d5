import { prepareAll, type SqliteConnection, type StatementsOf } from '@breakwater/sqlite/adapter';
import { HISTORY_LENGTH, JOB_STATES, LOST_REASON, type JobState } from '../driver/job.js';

/** How many delayed jobs become ready with one claim: a transaction must not be long. */
const READY_PER_CLAIM = 200;

const CLAIMED = 'id, provider, name, tenant, payload, attempt, attempts, lost, added_at, claim';
const SHOWN = `id, provider, name, tenant, key, payload, rank, state, run_at, added_at, ended_at, attempt, lost,
               progress, result, history`;

const LOST = `json_object('at', ?, 'attempt', attempt + 1, 'failure', 'lost', 'reason', '${LOST_REASON}')`;

/** `[id, provider, name, tenant, payload, attempt, attempts, lost, added_at, claim]` */
export type ClaimedRow = readonly [
  id: string,
  provider: string,
  name: string,
  tenant: string,
  payload: string,
  attempt: number,
  attempts: number | null,
  lost: number,
  addedAt: number,
  claim: number,
];

/** The columns in `SHOWN`, in their order. */
export type JobRow = readonly [
  id: string,
  provider: string,
  name: string,
  tenant: string,
  key: string | null,
  payload: string,
  rank: number,
  state: string,
  runAt: number,
  addedAt: number,
  endedAt: number | null,
  attempt: number,
  lost: number,
  progress: string | null,
  result: string | null,
  history: string,
];

/**
 * The statements over tables whose names begin with `prefix`, which is checked to be a name itself. Parameters have no
 * numbers: better-sqlite3 takes numbered ones for named.
 */
export const sqlFor = (prefix: string) => {
  const jobs = `${prefix}jobs`;
  const queues = `${prefix}queues`;
  const added = `(SELECT CASE WHEN note IS NULL THEN history ELSE ${historyWith('json(note)')} END FROM (SELECT ? AS note))`;
  const waiting = `SELECT position FROM ${jobs} WHERE provider = ? AND state = 'waiting'`;
  const first = 'ORDER BY tenant, rank, position LIMIT 1';
  const list = (state: string, order: string) =>
    `SELECT ${SHOWN} FROM ${jobs} WHERE provider = ? AND state = '${state}' AND tenant = coalesce(?, tenant)
       AND name = coalesce(?, name) ORDER BY ${order} LIMIT ? OFFSET ?`;
  return {
    begin: 'BEGIN IMMEDIATE',
    commit: 'COMMIT',
    rollback: 'ROLLBACK',

    add: `INSERT INTO ${jobs} (id, provider, name, tenant, key, payload, rank, attempts, added_at, run_at, state)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,

    /** Whether there may be something to claim, found out without the lock. */
    look: `SELECT EXISTS (SELECT 1 FROM ${jobs} WHERE provider = ? AND state = 'waiting'),
                  (SELECT min(run_at) FROM ${jobs} WHERE provider = ? AND state = 'delayed'),
                  (SELECT min(lease_until) FROM ${jobs} WHERE provider = ? AND state = 'active'),
                  coalesce((SELECT paused FROM ${queues} WHERE provider = ?), 0)`,
    queue: `SELECT paused, served FROM ${queues} WHERE provider = ?`,
    served: `INSERT INTO ${queues} (provider, served) VALUES (?, ?)
             ON CONFLICT (provider) DO UPDATE SET served = excluded.served`,
    setPaused: `INSERT INTO ${queues} (provider, paused) VALUES (?, ?)
                ON CONFLICT (provider) DO UPDATE SET paused = excluded.paused`,
    ready: `UPDATE ${jobs} SET state = 'waiting' WHERE position IN
              (SELECT position FROM ${jobs} WHERE provider = ? AND state = 'delayed' AND run_at <= ?
               ORDER BY run_at LIMIT ${READY_PER_CLAIM})`,
    lost: `UPDATE ${jobs} SET state = 'waiting', lost = lost + 1, lease_until = NULL, history = ${historyWith(LOST)}
           WHERE provider = ? AND state = 'active' AND lease_until <= ?`,
    /** The next tenant's first job, or that of the first tenant of all. */
    claim: `UPDATE ${jobs} SET state = 'active', claim = claim + 1, lease_until = ?
            WHERE position = coalesce((${waiting} AND tenant > ? ${first}), (${waiting} ${first}))
            RETURNING ${CLAIMED}`,

    renew: `UPDATE ${jobs} SET lease_until = ? WHERE id = ? AND claim = ? AND state = 'active'`,
    complete: `UPDATE ${jobs} SET state = 'completed', result = ?, ended_at = ?, lease_until = NULL
               WHERE id = ? AND claim = ? AND state = 'active'`,
    wait: `UPDATE ${jobs} SET history = ${added}, state = ?, run_at = ?, attempt = attempt + ?, lease_until = NULL
           WHERE id = ? AND claim = ? AND state = 'active'`,
    bury: `UPDATE ${jobs} SET history = ${added}, state = 'dead', attempt = attempt + 1, ended_at = ?,
                              lease_until = NULL
           WHERE id = ? AND claim = ? AND state = 'active'`,
    progress: `UPDATE ${jobs} SET progress = ? WHERE id = ? AND claim = ? AND state = 'active'`,
    forget: `DELETE FROM ${jobs} WHERE position IN
               (SELECT position FROM ${jobs} WHERE provider = ? AND state = 'completed' AND ended_at <= ?
                ORDER BY ended_at LIMIT ?)`,
    /** The end of the newest job that ended before the last of so many: those that ended with that one are kept. */
    forgetUntil: `SELECT ended_at FROM ${jobs} WHERE provider = ? AND state = 'completed' AND ended_at <
                    (SELECT ended_at FROM ${jobs} WHERE provider = ? AND state = 'completed'
                     ORDER BY ended_at DESC LIMIT 1 OFFSET ? - 1)
                  ORDER BY ended_at DESC LIMIT 1`,

    /** The jobs in each of `JOB_STATES`, and whether the queue is paused. */
    counts: `SELECT ${JOB_STATES.map((state) => countOf(jobs, state)).join(', ')},
                    coalesce((SELECT paused FROM ${queues} WHERE provider = ?), 0)`,
    get: `SELECT ${SHOWN} FROM ${jobs} WHERE provider = ? AND id = ?`,
    listWaiting: list('waiting', 'tenant, rank, position'),
    listDelayed: list('delayed', 'run_at'),
    listActive: list('active', 'lease_until'),
    listCompleted: list('completed', 'ended_at'),
    listDead: list('dead', 'ended_at'),
    replay: `UPDATE ${jobs} SET state = 'waiting', attempt = 0, lost = 0, run_at = ?, ended_at = NULL
             WHERE provider = ? AND id = ? AND state = 'dead'`,
    remove: `DELETE FROM ${jobs} WHERE provider = ? AND id = ? AND state <> 'active'`,

    scheduledRun: `SELECT ran_at, pattern FROM ${prefix}schedules WHERE provider = ? AND name = ?`,
    noteScheduledRun: `INSERT INTO ${prefix}schedules (provider, name, ran_at, pattern) VALUES (?, ?, ?, ?)
                       ON CONFLICT (provider, name) DO UPDATE SET ran_at = excluded.ran_at, pattern = excluded.pattern`,
  };
};

export type Sql = ReturnType<typeof sqlFor>;
export type Statements = StatementsOf<Sql>;

/** Every statement of the driver. */
export function prepareStatements(db: SqliteConnection, prefix: string): Statements {
  return prepareAll(db, sqlFor(prefix));
}

function countOf(jobs: string, state: JobState): string {
  return `(SELECT count(*) FROM ${jobs} WHERE provider = ? AND state = '${state}')`;
}

/** The history with another entry: the last of them are kept. */
function historyWith(entry: string): string {
  const kept = `CASE WHEN json_array_length(history) < ${HISTORY_LENGTH} THEN history ELSE json_remove(history, '$[0]') END`;
  return `json_insert(${kept}, '$[#]', ${entry})`;
}
