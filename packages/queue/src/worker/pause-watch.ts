import type { Clock } from '@breakwater/core';
import type { QueueDriver } from '../driver/queue-driver.js';

export interface PauseWatchParts {
  readonly provider: string;
  readonly driver: Pick<QueueDriver, 'claim'>;
  readonly clock: Clock;
  /** How often it asks, and for how long it would claim, in milliseconds. */
  readonly settings: { readonly pollMs: number; readonly leaseMs: number };
}

/** Asks once in a while whether a provider is paused of which no job is claimed for now. */
export class PauseWatch {
  private askedAt = -Infinity;

  constructor(private readonly parts: PauseWatchParts) {}

  /** The driver is being asked, by a claim. */
  asking(): void {
    this.askedAt = this.parts.clock.now();
  }

  /** Has the driver be asked at once. */
  hurry(): void {
    this.askedAt = -Infinity;
  }

  /** When it is to be asked again, in milliseconds from now. */
  get dueInMs(): number {
    const { clock, settings } = this.parts;
    return Math.max(0, this.askedAt + settings.pollMs - clock.now());
  }

  async isPaused(): Promise<boolean> {
    const { provider, driver, settings } = this.parts;
    this.asking();
    return (await driver.claim(provider, { limit: 0, leaseMs: settings.leaseMs })).paused;
  }
}
