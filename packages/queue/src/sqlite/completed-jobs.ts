import { first } from '@breakwater/sqlite/adapter';
import type { Settlement } from '../driver/queue-driver.js';
import type { SqliteDriverSettings } from './sqlite-driver.options.js';
import type { Statements } from './statements.js';

/** How many settlements there are between two looks at how many completed jobs are kept. */
const SETTLED_PER_SWEEP = 256;

/** Removes completed jobs that need not be kept any more, some with each settlement. */
export class CompletedJobs {
  private settledSinceSweep = 0;

  constructor(private readonly keep: SqliteDriverSettings['completed']) {}

  /** Inside the transaction of these settlements. */
  forget(sql: Statements, settlements: readonly Settlement[], now: number): void {
    const completed = settlements.filter(({ to }) => to === 'completed');
    for (const provider of new Set(completed.map(({ job }) => job.provider))) {
      this.forgetOf(sql, provider, { now, more: settlements.length });
    }
  }

  /** Removes a few more than are settled, so that those that are not kept never pile up. */
  private forgetOf(
    sql: Statements,
    provider: string,
    { now, more }: { readonly now: number; readonly more: number },
  ): void {
    const { age, count } = this.keep;
    sql.forget.run([provider, now - age, 2 * more]);
    this.settledSinceSweep += more;
    if (this.settledSinceSweep < Math.min(SETTLED_PER_SWEEP, count + 1)) return;
    this.settledSinceSweep = 0;
    const before = first<[number]>(sql.forgetBefore, [provider, count]);
    if (before !== undefined) sql.forget.run([provider, before[0], 4 * SETTLED_PER_SWEEP]);
  }
}
