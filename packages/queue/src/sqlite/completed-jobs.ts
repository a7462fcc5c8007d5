import { first } from '@breakwater/sqlite/adapter';
import type { Settlement } from '../driver/queue-driver.js';
import type { SqliteDriverSettings } from './sqlite-driver.options.js';
import type { Statements } from './statements.js';

/** How many settlements there are between two looks at how many completed jobs are kept. */
const SETTLED_PER_LOOK = 256;
/** So many are counted in the transaction itself; more take SQLite milliseconds. */
const COUNTED_AT_ONCE = 1000;

/** The end of the newest job that is not kept, as of the last look: none so far. */
const NONE = -Infinity;

interface OfProvider {
  endedUntil: number;
  settledSinceLook: number;
}

/** Removes completed jobs that need not be kept any more, some with each settlement. */
export class CompletedJobs {
  private readonly providers = new Map<string, OfProvider>();
  /** Milliseconds. */
  private readonly age: number;

  constructor(
    private readonly keep: SqliteDriverSettings['completed'],
    /** Reads `forgetUntil` outside of the transaction. */
    private readonly look: (provider: string, kept: number) => Promise<number | undefined>,
  ) {
    // Those that end together are kept together: one at least, unless their time is over at once.
    this.age = keep.count === 0 ? 0 : keep.age;
  }

  /** Inside the transaction of these settlements. */
  forget(sql: Statements, settlements: readonly Settlement[], now: number): void {
    const completed = settlements.filter(({ to }) => to === 'completed');
    for (const provider of new Set(completed.map(({ job }) => job.provider))) {
      const known = this.providers.get(provider) ?? { endedUntil: NONE, settledSinceLook: 0 };
      this.providers.set(provider, known);
      known.settledSinceLook += settlements.length;
      this.lookIfDue(sql, provider, known);
      // A few more than are settled, so that those that are not kept never pile up.
      sql.forget.run([provider, Math.max(now - this.age, known.endedUntil), 2 * settlements.length]);
    }
  }

  private lookIfDue(sql: Statements, provider: string, known: OfProvider): void {
    const { count } = this.keep;
    if (known.settledSinceLook < Math.min(SETTLED_PER_LOOK, count + 1)) return;
    known.settledSinceLook = 0;
    if (count <= COUNTED_AT_ONCE) {
      known.endedUntil = first<[number]>(sql.forgetUntil, [provider, provider, count])?.[0] ?? NONE;
      return;
    }
    const noted = (endedUntil = NONE) => void (known.endedUntil = endedUntil);
    // There is another look after as many settlements.
    this.look(provider, count).then(noted, () => undefined);
  }
}
