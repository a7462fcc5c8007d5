import type { Platform } from './webhook-app.fixture.js';

/**
 * Something that was reported of webhooks somewhere, and how it has to be here: on every platform and release of Nest.
 */
export interface Row {
  /** A name for the report, so that each row of the list can be found. */
  readonly id: string;
  readonly sentence: string;
  run(platform: Platform): Promise<void>;
}
