import { ResilienceConfigurationError, type Clock } from '@breakwater/core';
import { messageOf, settings as shown, type LiveProvider } from '@breakwater/core/adapter';
import type { JobHandler } from '../jobs/job-handler.js';
import { readJobOptions } from '../jobs/job-settings.js';
import { Lane } from '../worker/lane.js';
import type { QueueSnapshot } from '../worker/queue.telemetry.js';
import type { SyncQueueSettings } from './sync-queue.options.js';

/** A job whose name no processor knows is dead after about an hour, or up to two: deploys may take long. */
const UNKNOWN_NAMES = { attempts: 20, backoff: { initial: '1s', max: '10m' } } as const;
/** How long aborted jobs get to be sent back, in milliseconds. */
const ABORTED_MS = 1000;

export interface LanesParts {
  readonly settings: SyncQueueSettings;
  readonly clock: Clock;
  readonly random: () => number;
  /** Throws an error that lists the known ones for a name that is unknown. */
  readonly provider: (name: string) => LiveProvider;
}

/** The lanes of the providers whose jobs this process runs. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private stopListening: (() => void) | undefined;

  constructor(private readonly parts: LanesParts) {}

  /** Begins to run the jobs of these handlers, by provider and name. The driver is open. */
  start(handlers: ReadonlyMap<string, ReadonlyMap<string, JobHandler>>): void {
    const { settings, clock, random, provider } = this.parts;
    const { driver, lease: leaseMs, poll: pollMs } = settings;
    this.checkNames();
    const unknown = readJobOptions({ retry: UNKNOWN_NAMES }, 'unknown');
    for (const [name, ofProvider] of handlers) {
      const concurrency = settings.concurrencyOf.get(name) ?? settings.concurrency;
      const lane = new Lane({
        provider: provider(name),
        driver,
        clock,
        random,
        handlers: ofProvider,
        unknown,
        settings: { concurrency, leaseMs, pollMs },
      });
      this.lanes.set(name, lane);
    }
    this.stopListening = driver.onAdded?.((name) => this.lanes.get(name)?.look());
    for (const lane of this.lanes.values()) lane.start();
  }

  get(provider: string): Lane | undefined {
    return this.lanes.get(provider);
  }

  /** Lets what is under way end within the grace. Returns how many jobs had to be sent back. */
  async stop(): Promise<number> {
    const lanes = [...this.lanes.values()];
    for (const lane of lanes) lane.stop();
    const idle = () => Promise.all(lanes.map((lane) => lane.idle()));
    if (await this.endsIn(this.parts.settings.grace, idle())) return 0;
    const aborted = lanes.reduce((sum, lane) => sum + lane.abort(), 0);
    await this.endsIn(ABORTED_MS, idle());
    return aborted;
  }

  close(): void {
    this.stopListening?.();
    for (const lane of this.lanes.values()) lane.close();
  }

  snapshot(): readonly QueueSnapshot[] {
    return [...this.lanes.values()].map((lane) => lane.snapshot());
  }

  /** A misspelt provider would have the concurrency of all others. */
  private checkNames(): void {
    const { settings, provider } = this.parts;
    for (const name of settings.concurrencyOf.keys()) {
      try {
        provider(name);
      } catch (error) {
        const path = `SyncQueue.concurrency.${shown.shownUserName(name)}`;
        throw new ResilienceConfigurationError([{ path, message: messageOf(error) }]);
      }
    }
  }

  private async endsIn(ms: number, work: Promise<unknown>): Promise<boolean> {
    const waiting = new AbortController();
    const late = this.parts.clock.sleep(ms, waiting.signal).then(
      () => false,
      () => false,
    );
    const result = await Promise.race([work.then(() => true), late]);
    waiting.abort();
    return result;
  }
}
