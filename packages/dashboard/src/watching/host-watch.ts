import { randomUUID } from 'node:crypto';
import type { EventLevel, ResilienceEvent } from '@breakwater/core';
import type { Contribution } from '@breakwater/core/adapter';
import { webhookEvents, type ResilienceParts } from '@breakwater/nestjs/adapter';
import { dashboardEvents } from '../controls/dashboard.telemetry.js';
import type { HostView } from '../wire/frame.js';
import { ProviderWatch } from './provider-watch.js';
import { RecentEvents, shown } from './recent-events.js';

/** Events that would only say how a healthy day goes on. */
const UNSHOWN = new Set(['webhook.accepted', 'bulkhead.limitChanged', 'idempotency.replayed', 'queue.completed']);

const OWN_LEVELS: Readonly<Record<string, EventLevel>> = { ...webhookEvents, ...dashboardEvents };

/** How far back a view goes. */
export interface Since {
  /** In epoch seconds; 0 for as far as is known. */
  readonly second: number;
  /** The last event that is known. */
  readonly event: number;
}

/** Watches everything that one process does. */
export class HostWatch {
  /** Several hosts may have one name: replicas that are all told to be `web`. */
  readonly id = randomUUID();
  private readonly providers: ReadonlyMap<string, ProviderWatch>;
  private readonly events = new RecentEvents();
  private readonly stop: () => void;

  constructor(
    readonly host: string,
    private readonly parts: ResilienceParts,
    private readonly contributions: () => readonly Contribution[],
  ) {
    const { registry, clock } = parts;
    this.providers = new Map(
      registry.all.map((provider) => {
        const refused = (operation: string) => {
          const type = 'circuitBreaker.refused';
          const reason = '';
          const at = clock.wallNow();
          this.events.add({ type, level: 'warn', provider: provider.name, operation, reason, at });
        };
        return [provider.name, new ProviderWatch(provider, refused)];
      }),
    );
    this.stop = registry.events.on((event) => this.note(event));
  }

  view({ second, event }: Since): HostView {
    return {
      id: this.id,
      host: this.host,
      at: this.parts.clock.wallNow(),
      providers: [...this.providers.values()].map((provider) => provider.view(second)),
      queues: this.contributions().flatMap((contribution) => contribution.queues?.() ?? []),
      events: this.events.since(event),
    };
  }

  close(): void {
    this.stop();
  }

  private note(event: ResilienceEvent): void {
    this.providers.get(event.provider)?.note(event);
    if (UNSHOWN.has(event.type)) return;
    this.events.add(shown(event, this.levelOf(event.type)));
  }

  private levelOf(type: string): EventLevel {
    const own = OWN_LEVELS[type];
    if (own !== undefined) return own;
    for (const { eventLevels } of this.contributions()) {
      const level = eventLevels?.[type];
      if (level !== undefined) return level;
    }
    return this.parts.catalog.levelOf(type);
  }
}
