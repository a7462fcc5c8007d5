import type { Clock, Timer } from '@breakwater/core';
import { stalledEveryMs } from './connections.js';
import type { ProviderQueues } from './provider-queues.js';

/** With thousands of tenants, a look at the leases of each takes the server a while. */
const MS_PER_LINE = 2;

/** Returns jobs whose lease has ended to their lines, as BullMQ's workers do, until it is stopped. */
export class LeaseWatch {
  private timer: Timer | undefined;
  private stopped = false;

  constructor(
    private readonly queues: ProviderQueues,
    private readonly clock: Clock,
    private readonly parts: { readonly leaseMs: number; readonly found: (provider: string) => void },
  ) {}

  start(): void {
    if (this.timer !== undefined || this.stopped) return;
    const lines = [...this.queues.entries()].reduce((sum, [, of]) => sum + of.lines.all.length, 0);
    const everyMs = Math.max(stalledEveryMs(this.parts.leaseMs), lines * MS_PER_LINE);
    this.timer = this.clock.scheduleForAll(everyMs, () => void this.look());
    this.timer.unref();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    for (const [provider, { lines }] of this.queues.entries()) {
      const found = await Promise.allSettled(lines.all.map(({ backend }) => backend.moveStalledJobsToWait()));
      if (found.some((each) => each.status === 'fulfilled' && each.value.length > 0)) this.parts.found(provider);
    }
    this.timer = undefined;
    this.start();
  }
}
