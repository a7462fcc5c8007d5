import type { Clock } from '@breakwater/core';
import type { Hold } from './hold.js';
import type { LaneEvents } from './lane-events.js';

/** The hold that the jobs of a provider are under, told of when it begins and when it ends. */
export class StandingHold {
  private hold: (Hold & { readonly since: number }) | undefined;

  constructor(
    private readonly events: LaneEvents,
    private readonly clock: Clock,
  ) {}

  /** The hold in words. */
  get shown(): string | undefined {
    const { why, reason } = this.hold ?? {};
    return reason === undefined ? why : `${why}: ${reason}`;
  }

  begin(hold: Hold): void {
    if (this.hold?.why === hold.why) return;
    // Jobs that are held for another reason now have not gone on between the two.
    this.hold = { ...hold, since: this.hold?.since ?? this.clock.now() };
    const { why, reason } = hold;
    this.events.tell('queue.held', { why, ...(reason !== undefined && { reason }) });
  }

  end(): void {
    if (this.hold === undefined) return;
    const afterMs = this.clock.now() - this.hold.since;
    this.hold = undefined;
    this.events.tell('queue.resumed', { afterMs });
  }
}
