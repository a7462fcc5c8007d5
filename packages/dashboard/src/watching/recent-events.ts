import type { EventLevel, ResilienceEvent } from '@breakwater/core';
import type { EventView } from '../wire/frame.js';

const MOST = 250;
const LONGEST = 160;

/** An event as it is shown. */
export type ShownEvent = Omit<EventView, 'id' | 'count'>;

/**
 * The latest events. Equal ones within a second are one with a count, so that a storm of refusals does not push
 * everything else out, nor fill the memory.
 */
export class RecentEvents {
  private readonly events: { view: EventView }[] = [];
  private readonly ofThisSecond = new Map<string, { view: EventView }>();
  private second = 0;
  private latestId = 0;

  add(event: ShownEvent): void {
    const second = Math.floor(event.at / 1000);
    if (second !== this.second) {
      this.ofThisSecond.clear();
      this.second = second;
    }
    const key = [event.type, event.provider, event.operation ?? '', event.reason].join('\n');
    const standing = this.ofThisSecond.get(key);
    if (standing !== undefined) {
      standing.view = { ...standing.view, id: ++this.latestId, count: standing.view.count + 1 };
      return;
    }
    const added = { view: { ...event, id: ++this.latestId, count: 1 } };
    this.events.push(added);
    // An operation may be named anew by each call.
    if (this.ofThisSecond.size < MOST) this.ofThisSecond.set(key, added);
    if (this.events.length > MOST) this.events.shift();
  }

  /** Those with an id above `id`, oldest first: new ones, and those that have happened again. */
  since(id: number): readonly EventView[] {
    return this.events.map(({ view }) => view).filter((view) => view.id > id);
  }
}

/** The fields of details that say why. */
const REASONS = ['reason', 'why', 'outcome', 'scope', 'error', 'state', 'policy', 'what', 'action'] as const;

/** An event with what it says of why it happened, in one line that is not too long. */
export function shown({ type, provider, operation, at, detail }: ResilienceEvent, level: EventLevel): ShownEvent {
  const given: Readonly<Record<string, unknown>> = { ...detail };
  const reasons = REASONS.map((field) => (field === 'outcome' ? outcomeText(given[field]) : given[field])).filter(
    (value) => typeof value === 'string',
  );
  const text = reasons.join(', ').replaceAll(/\s+/g, ' ');
  const reason = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return { type, level, provider, ...(operation !== undefined && { operation }), at, reason };
}

function outcomeText(outcome: unknown): string | undefined {
  return typeof outcome === 'string' ? `${outcome} outcome` : undefined;
}
