import { first } from '@breakwater/sqlite/adapter';
import type { Settlement } from '../driver/queue-driver.js';
import type { SqliteDriverSettings } from './sqlite-driver.options.js';
import type { Statements } from './statements.js';

/** How many settlements there are between two looks at how many completed jobs are kept. */
const SETTLED_PER_LOOK = 256;
/** So many are counted in the transaction itself; more take SQLite milliseconds. */
const COUNTED_AT_ONCE = 1000;

/** The end of the last job that is not kept, as of the last look: none so far. */
const NONE = -Infinity;

interface OfProvider {
  endedBefore: number;
  settledSinceLook: number;
}

/** Removes completed jobs that need not be kept any more, some with each settlement. */
export class CompletedJobs {
  private readonly providers = new Map<string, OfProvider>();

  constructor(
    private readonly keep: SqliteDriverSettings['completed'],
    /** Reads the end of the newest job that is not among so many, outside of the transaction. */
    private readonly look: (provider: string, kept: number) => Promise<number | undefined>,
  ) {}

  /** Inside the transaction of these settlements. */
  forget(sql: Statements, settlements: readonly Settlement[], now: number): void {
    const completed = settlements.filter(({ to }) => to === 'completed');
    for (const provider of new Set(completed.map(({ job }) => job.provider))) {
      const known = this.providers.get(provider) ?? { endedBefore: NONE, settledSinceLook: 0 };
      this.providers.set(provider, known);
      known.settledSinceLook += settlements.length;
      this.lookIfDue(sql, provider, known);
      // A few more than are settled, so that those that are not kept never pile up.
      sql.forget.run([provider, Math.max(now - this.keep.age, known.endedBefore), 2 * settlements.length]);
    }
  }

  private lookIfDue(sql: Statements, provider: string, known: OfProvider): void {
    const { count } = this.keep;
    if (known.settledSinceLook < Math.min(SETTLED_PER_LOOK, count + 1)) return;
    known.settledSinceLook = 0;
    if (count <= COUNTED_AT_ONCE) {
      known.endedBefore = first<[number]>(sql.forgetBefore, [provider, count])?.[0] ?? NONE;
      return;
    }
    const noted = (endedBefore = NONE) => void (known.endedBefore = endedBefore);
    // There is another look after as many settlements.
    this.look(provider, count).then(noted, () => undefined);
  }
}
