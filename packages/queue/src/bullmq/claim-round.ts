import { randomUUID } from 'node:crypto';
import type { JobJson } from 'bullmq';
import { heldOf, type Held } from './held.js';
import type { Line } from './line.js';
import type { Turns } from './turns.js';

/**
 * Claims up to `limit` jobs: in each round as many of every tenant as there is room for, until none has more. `next` is
 * when the first delayed job falls due, in epoch milliseconds, where that is known.
 */
export async function claimRound(
  lines: readonly Line[],
  turns: Turns,
  limit: number,
): Promise<{ readonly held: readonly Held[]; readonly next: number | undefined }> {
  const held: Held[] = [];
  let next = Infinity;
  let asked = turns.order(lines);
  while (asked.length > 0 && held.length < limit) {
    const room = limit - held.length;
    const tenants = asked.slice(0, room);
    const each = Math.max(1, Math.floor(room / tenants.length));
    const answers = await Promise.all(tenants.map((ofTenant) => claimSome(ofTenant, each)));
    for (const answer of answers) {
      held.push(...answer.held);
      next = Math.min(next, answer.next);
      const served = answer.held.at(-1);
      if (served !== undefined) turns.served(served.job.tenant);
    }
    // A tenant that had less than it was asked for has no more; those that were not asked yet come next.
    const full = tenants.filter((_, i) => answers[i]!.held.length === each);
    asked = [...asked.slice(room), ...full];
  }
  return { held, next: next === Infinity ? undefined : next };
}

async function claimSome(lines: readonly Line[], count: number): Promise<{ held: readonly Held[]; next: number }> {
  const held: Held[] = [];
  let next = Infinity;
  for (const line of lines) {
    const asked = count - held.length;
    const answers = await Promise.all(Array.from({ length: asked }, () => claimOne(line)));
    for (const answer of answers) {
      if (typeof answer === 'number') next = Math.min(next, answer);
      else held.push(answer);
    }
    if (held.length === count) break;
  }
  return { held, next };
}

/** One job; otherwise when the next one falls due, in epoch milliseconds. */
async function claimOne(line: Line): Promise<Held | number> {
  const claim = randomUUID();
  const [json, id, , dueAt] = (await line.backend.moveToActive(claim)) as [JobJson?, string?, number?, number?];
  return heldOf(line, json, id, claim) ?? (dueAt !== undefined && dueAt > 0 ? dueAt : Infinity);
}
