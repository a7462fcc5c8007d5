import type { Clock, EventType, ResilienceEvent } from '@breakwater/core';
import type { LiveProvider } from '@breakwater/core/adapter';
import type { ClaimedJob } from '../driver/queue-driver.js';
import type { JobEnd } from './job-run.js';
import type { QueueEvents } from './queue.telemetry.js';

/** Tells of the jobs of one provider, and counts how this process has ended them. */
export class LaneEvents {
  readonly counters = { done: 0, failed: 0, returned: 0, buried: 0, overdue: 0, lost: 0 };

  constructor(
    private readonly provider: LiveProvider,
    private readonly clock: Clock,
  ) {}

  /** An attempt has ended, and its end is written down. */
  ended({ id, name, attempt: burnt }: ClaimedJob, end: JobEnd, tookMs: number): void {
    const { counters } = this;
    const attempt = burnt + 1;
    if (end.to === 'completed') {
      counters.done++;
      this.tell('queue.completed', { id, attempt, tookMs }, name);
      return;
    }
    const { failure, reason } = end;
    if (end.to === 'dead') {
      counters.buried++;
      this.tell('queue.dead', { id, attempt, failure, reason }, name);
    } else if (failure !== 'returned') {
      counters.failed++;
      this.tell('queue.failed', { id, attempt, failure, reason, retryInMs: end.delayMs }, name);
    } else {
      counters.returned++;
      this.tell('queue.returned', { id, reason, retryInMs: end.delayMs }, name);
    }
  }

  tell<Type extends keyof QueueEvents & EventType>(type: Type, detail: QueueEvents[Type], operation?: string): void {
    const { provider, clock } = this;
    if (!provider.events.listening) return;
    const event = { type, provider: provider.name, operation, at: clock.wallNow(), detail };
    provider.events.emit(event as ResilienceEvent);
  }
}
