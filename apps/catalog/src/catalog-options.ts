import type { Clock } from '@breakwater/core';

export interface CatalogOptions {
  /** 0 or nothing: any free port. */
  readonly port?: number;
  /** Makes the faults' dice repeatable. */
  readonly seed?: number;
  /** The machine's by default. */
  readonly clock?: Clock;
}
