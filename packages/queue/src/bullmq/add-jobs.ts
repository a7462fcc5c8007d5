import { randomUUID } from 'node:crypto';
import type { AddedJob, NewJob } from '../driver/queue-driver.js';
import { bullDataOf, bullOptionsOf } from './bull-job.js';
import { lineNameOf } from './line-name.js';
import type { Line } from './line.js';
import type { ProviderQueues } from './provider-queues.js';

/** Adds each job to its line, those of one line at once. */
export async function addJobs(queues: ProviderQueues, jobs: readonly NewJob[]): Promise<readonly AddedJob[]> {
  const groups = new Map<Line, NewJob[]>();
  for (const job of firstOfEach(jobs)) {
    const name = lineNameOf(job);
    const { lines } = queues.of(job.provider);
    const line = lines.find(name) ?? (await lines.open(name));
    const group = groups.get(line);
    if (group === undefined) groups.set(line, [job]);
    else group.push(job);
  }
  const added = new Set<NewJob>();
  await Promise.all(
    [...groups].map(async ([line, group]) => {
      const { lines, idle } = queues.of(line.provider);
      const { provider, tenant, high } = line;
      const other = lines.find({ provider, tenant, high: !high });
      for (const job of await addTo(line, other, group)) added.add(job);
      for (const { id } of group) lines.noteAdded(id, line);
      idle.wake(line);
    }),
  );
  return jobs.map((job) => ({ id: job.id, added: added.has(job) }));
}

/** Without those that have the key of one before them: each line would know its own only. */
export function firstOfEach(jobs: readonly NewJob[]): readonly NewJob[] {
  const ids = new Set<string>();
  return jobs.filter(({ id }) => ids.size < ids.add(id).size);
}

/** Returns those that were not known before. */
async function addTo(line: Line, other: Line | undefined, jobs: readonly NewJob[]): Promise<readonly NewJob[]> {
  // In this line as well: a job that is removed while it is being added again would be taken for the new one.
  const known = await idsIn(other === undefined ? [line] : [line, other], jobs);
  const fresh = jobs.filter(({ id }) => !known.has(id));
  const nonces = fresh.map(({ key }) => (key === undefined ? undefined : randomUUID()));
  const bulk = fresh.map((job, i) => ({ name: job.name, data: bullDataOf(job, nonces[i]), opts: bullOptionsOf(job) }));
  if (bulk.length > 0) await line.queue.addBulk(bulk);
  // BullMQ drops a job whose id it knows, and does not say so: the data tell whose job stands there.
  const isNew = await Promise.all(
    fresh.map(async ({ id }, i) => {
      const nonce = nonces[i];
      if (nonce === undefined) return true;
      const standing = await line.backend.getJobData(id);
      return standing === undefined || (JSON.parse(standing.data) as { nonce?: string }).nonce === nonce;
    }),
  );
  return fresh.filter((_, i) => isNew[i]);
}

/** A key is one job's whatever its priority. Two that are added in the same moment have one key at the provider. */
async function idsIn(lines: readonly Line[], jobs: readonly NewJob[]): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const keyed = jobs.filter(({ key }) => key !== undefined);
  const asked = keyed.flatMap(({ id }) =>
    lines.map(async ({ backend }) => {
      if ((await backend.getState(id)) !== 'unknown') ids.add(id);
    }),
  );
  if (asked.length > 0) await Promise.all(asked);
  return ids;
}
