import type { Job, JobAttempt, JobPriority, JobState } from '../driver/job.js';
import type { JobRow } from './statements.js';

/** By their rank. */
export const PRIORITIES: readonly JobPriority[] = ['high', 'normal', 'low'];

export function jobOfRow(row: JobRow): Job {
  const [id, provider, name, tenant, key, payload, rank, state, runAt, addedAt, endedAt, attempt, lost, ...texts] = row;
  const [progress, result, history] = texts;
  const waits = state === 'waiting' || state === 'delayed';
  return {
    id,
    provider,
    name,
    tenant,
    key: key ?? undefined,
    payload: JSON.parse(payload) as unknown,
    priority: PRIORITIES[rank] ?? 'normal',
    state: state as JobState,
    attempt,
    lost,
    addedAt,
    nextRunAt: waits ? runAt : undefined,
    endedAt: endedAt ?? undefined,
    progress: parsed(progress),
    result: parsed(result),
    history: JSON.parse(history) as JobAttempt[],
  };
}

function parsed(json: string | null): unknown {
  return json === null ? undefined : JSON.parse(json);
}
