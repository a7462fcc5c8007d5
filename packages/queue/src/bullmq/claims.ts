import type { Clock } from '@breakwater/core';
import type { Claimed, ClaimedJob, ClaimOptions, Settlement } from '../driver/queue-driver.js';
import { Ahead, sendBack } from './ahead.js';
import type { BullmqDriverSettings } from './bullmq-driver.options.js';
import { claimRound } from './claim-round.js';
import type { Held } from './held.js';
import { keptWordOf } from './kept-json.js';
import type { Line } from './line.js';
import type { ProviderQueues } from './provider-queues.js';
import { settleClaim, type Keep } from './settle-claim.js';

export interface ClaimsParts {
  /** How long BullMQ's own claims last. */
  readonly leaseMs: number;
  readonly completed: BullmqDriverSettings['completed'];
}

/** The jobs that this process holds, from their claims to their ends. */
export class Claims {
  /** By claim. */
  private readonly held = new Map<string, Held>();
  /** How those ended that were settled beside others whose end could not be written: all are settled once more. */
  private readonly ended = new Map<string, boolean>();
  /** The providers of which the last claim found as many jobs as it asked for. */
  private readonly hungry = new Set<string>();
  private readonly ahead: Ahead;
  private readonly keep: Keep;

  constructor(
    private readonly queues: ProviderQueues,
    private readonly clock: Clock,
    private readonly parts: ClaimsParts,
  ) {
    this.ahead = new Ahead(clock);
    const { age, count } = parts.completed;
    this.keep = { age: Math.ceil(age / 1000), count };
  }

  async claim(provider: string, { limit, leaseMs }: ClaimOptions): Promise<Claimed> {
    const { lines, turns, idle } = this.queues.of(provider);
    await lines.refresh();
    this.hungry.delete(provider);
    if (lines.paused) return { jobs: [], paused: true, nextInMs: undefined };
    const ahead = this.ahead.take(provider, limit);
    const order = turns.order(lines.all, idle.awake());
    const { held: more, empty } = await claimRound(order, turns, limit - ahead.length);
    if (lines.paused) {
      // By this process, while it was claiming.
      await sendBack([...ahead, ...more]);
      return { jobs: [], paused: true, nextInMs: undefined };
    }
    const now = this.clock.wallNow();
    const of = lines.all.length;
    for (const [line, dueAt] of empty) idle.rest(line, { of, dueInMs: Math.max(0, dueAt - now) });
    const next = Math.min(...empty.values());
    const held = [...ahead, ...more];
    // With other tenants their turns go first.
    if (limit > 0 && held.length === limit && lines.all.length === 1) this.hungry.add(provider);
    for (const each of held) this.held.set(each.job.claim, each);
    let jobs = held.map(({ job }) => job);
    if (leaseMs !== this.parts.leaseMs) {
      const renewed = await this.renew(jobs, leaseMs);
      // One whose lease has ended meanwhile is another worker's.
      jobs = jobs.filter((_, i) => renewed[i]);
    }
    const nextInMs = next === Infinity ? undefined : Math.max(0, next - now);
    return { jobs, paused: false, nextInMs };
  }

  async renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<readonly boolean[]> {
    const byLine = new Map<Line, ClaimedJob[]>();
    for (const job of jobs) {
      const line = this.held.get(job.claim)?.line;
      if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), job]);
    }
    const renewed = new Set<string>();
    await Promise.all(
      [...byLine].map(async ([{ backend }, ofLine]) => {
        const ids = ofLine.map(({ id }) => id);
        const claims = ofLine.map(({ claim }) => claim);
        const failed = new Set(await backend.extendLocks(ids, claims, Math.ceil(leaseMs)));
        for (const { id, claim } of ofLine) {
          if (failed.has(id)) this.held.delete(claim);
          else renewed.add(claim);
        }
      }),
    );
    return jobs.map(({ claim }) => renewed.has(claim));
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly boolean[]> {
    const [only] = settlements;
    if (only !== undefined && settlements.length === 1) return [await this.settleOne(only)];
    const results = await Promise.allSettled(settlements.map((settlement) => this.settleOne(settlement)));
    const failed = results.find((result) => result.status === 'rejected');
    results.forEach((result, i) => {
      const { claim } = settlements[i]!.job;
      if (failed === undefined) this.ended.delete(claim);
      else if (result.status === 'fulfilled') this.ended.set(claim, result.value);
    });
    if (failed !== undefined) throw failed.reason;
    return results.map((result) => result.status === 'fulfilled' && result.value);
  }

  async progress({ id, claim }: ClaimedJob, progress: string): Promise<void> {
    await this.held.get(claim)?.line.backend.updateProgress(id, keptWordOf(progress) as never);
  }

  close(): Promise<void> {
    return this.ahead.sendBack();
  }

  private async settleOne(settlement: Settlement): Promise<boolean> {
    const { claim } = settlement.job;
    const held = this.held.get(claim);
    if (held === undefined) return this.ended.get(claim) === true;
    const fetchNext = this.hungry.has(held.job.provider);
    const { stood, next } = await settleClaim(held, settlement, { keep: this.keep, fetchNext });
    this.held.delete(claim);
    // It comes back, and its line knows when.
    if (settlement.to === 'waiting') this.queues.of(held.job.provider).idle.wake(held.line);
    if (next !== undefined) this.ahead.add(next);
    return stood;
  }
}
