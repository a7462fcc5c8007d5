import { Clock, FixedWindow, type Admission } from '@breakwater/faults';
import { Injectable } from '@nestjs/common';
import type { Limit } from './limit.js';

/** The answer of every `/limits` route. */
export interface LimitsReport {
  readonly default: Limit | null;
  readonly merchants: Readonly<Record<string, Limit>>;
}

/** How a call stands to the limit of its merchant. */
export interface Standing extends Admission {
  readonly limit: Limit;
}

/** How much each merchant may call; nothing is limited until a limit is set. */
@Injectable()
export class Limits {
  private standard: Limit | undefined;
  private readonly own = new Map<string, Limit>();
  private readonly windows = new Map<string, FixedWindow>();

  constructor(private readonly clock: Clock) {}

  /** Counts one call of the merchant against its window; undefined where it has no limit. */
  take(merchant: string): Standing | undefined {
    const limit = this.own.get(merchant) ?? this.standard;
    if (limit === undefined) return undefined;
    const window = this.windows.get(merchant) ?? new FixedWindow(limit.limit, limit.perMs);
    this.windows.set(merchant, window);
    return { ...window.take(this.clock.now()), limit };
  }

  /** Begins new windows for whom it concerns. */
  set(limit: Limit, merchant?: string): void {
    if (merchant === undefined) {
      this.standard = limit;
      this.windows.clear();
    } else {
      this.own.set(merchant, limit);
      this.windows.delete(merchant);
    }
  }

  /** Lifts the merchant's own limit, or all limits. */
  lift(merchant?: string): void {
    if (merchant === undefined) {
      this.standard = undefined;
      this.own.clear();
      this.windows.clear();
    } else {
      this.own.delete(merchant);
      this.windows.delete(merchant);
    }
  }

  report(): LimitsReport {
    return { default: this.standard ?? null, merchants: Object.fromEntries(this.own) };
  }
}
