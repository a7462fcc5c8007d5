import { randomUUID } from 'node:crypto';
import type { JobJson } from 'bullmq';
import { heldOf, type Held } from './held.js';
import type { Line } from './line.js';
import type { Turns } from './turns.js';

/** The jobs that were claimed, and the lines that had no more. */
export interface Round {
  readonly held: readonly Held[];
  /** With the time at which the next job of each falls due, in epoch milliseconds; `Infinity` where none does. */
  readonly empty: ReadonlyMap<Line, number>;
}

/**
 * Claims up to `limit` jobs: in each round as many of every tenant as there is room for, until none has more. `order`
 * is that of the tenants, each with its lines.
 */
export async function claimRound(order: Iterator<readonly Line[]>, turns: Turns, limit: number): Promise<Round> {
  const held: Held[] = [];
  const empty = new Map<Line, number>();
  /** The tenants that had as many as they were asked for, and may have more. */
  let full: readonly (readonly Line[])[] = [];
  while (held.length < limit) {
    const room = limit - held.length;
    const fresh = taken(order, room);
    const tenants = [...fresh, ...full.slice(0, room - fresh.length)];
    if (tenants.length === 0) break;
    const each = Math.max(1, Math.floor(room / tenants.length));
    const answers = await Promise.all(tenants.map((ofTenant) => claimSome(ofTenant, each, empty)));
    for (const answer of answers) {
      held.push(...answer);
      const served = answer.at(-1);
      if (served !== undefined) turns.served(served.job.tenant);
    }
    // A tenant that had less than it was asked for has no more; those that were not asked yet come first.
    full = [...full.slice(room - fresh.length), ...tenants.filter((_, i) => answers[i]!.length === each)];
  }
  return { held, empty };
}

function taken<T>(from: Iterator<T>, count: number): readonly T[] {
  const values: T[] = [];
  while (values.length < count) {
    const { done, value } = from.next();
    if (done === true) break;
    values.push(value);
  }
  return values;
}

async function claimSome(lines: readonly Line[], count: number, empty: Map<Line, number>): Promise<readonly Held[]> {
  const held: Held[] = [];
  for (const line of lines) {
    const asked = count - held.length;
    const answers = await Promise.all(Array.from({ length: asked }, () => claimOne(line)));
    for (const answer of answers) {
      if (typeof answer === 'number') empty.set(line, Math.min(answer, empty.get(line) ?? Infinity));
      else held.push(answer);
    }
    if (held.length === count) break;
  }
  return held;
}

/** One job; otherwise when the next one falls due, in epoch milliseconds. */
async function claimOne(line: Line): Promise<Held | number> {
  const claim = randomUUID();
  const [json, id, , dueAt] = (await line.backend.moveToActive(claim)) as [JobJson?, string?, number?, number?];
  return heldOf(line, json, id, claim) ?? (dueAt !== undefined && dueAt > 0 ? dueAt : Infinity);
}
