import type { Clock, Timer } from '@breakwater/core';
import type { Held } from './held.js';

/** How long a job that was claimed ahead waits to be asked for, in milliseconds, before it is sent back. */
const LONGEST_MS = 250;

/**
 * Jobs that were claimed with the end of the one before, which spares a round trip each. Those that no worker asks for
 * soon, because the provider is held or the process ends, go back to their line.
 */
export class Ahead {
  private held: Held[] = [];
  private timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  add(held: Held): void {
    this.held.push(held);
    this.timer ??= this.clock.scheduleForAll(LONGEST_MS, () => void this.sendBack());
  }

  /** Up to so many of a provider's. */
  take(provider: string, limit: number): readonly Held[] {
    if (this.held.length === 0) return [];
    const taken = this.held.filter(({ job }) => job.provider === provider).slice(0, limit);
    this.held = this.held.filter((each) => !taken.includes(each));
    if (this.held.length === 0) this.cancel();
    return taken;
  }

  async sendBack(): Promise<void> {
    const { held } = this;
    this.held = [];
    this.cancel();
    await sendBack(held);
  }

  private cancel(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }
}

/** Returns claimed jobs to their lines. One that cannot be sent back is taken over when its lease ends. */
export async function sendBack(held: readonly Held[]): Promise<void> {
  await Promise.allSettled(held.map(({ line, job }) => line.backend.moveJobFromActiveToWait(job.id, job.claim)));
}
