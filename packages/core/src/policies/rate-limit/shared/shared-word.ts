import type { EnvironmentOf } from '../../../engine/policy.js';
import type { QuotaReading } from '../../../headers/quota-observation.js';
import type { RateLimitEvents } from '../rate-limit.telemetry.js';
import { WORD_TOPIC, type Told, type WordTopic } from './word-topic.js';

/** How often a host looks in the store, where a bus tells it, and where none does. */
const LOOK_MS = 5000;
const LOOK_WITHOUT_BUS_MS = 1000;
/** How often the remainder of one quota is told. */
const TELL_MS = 100;
/** The share of a quota that must be left for a remainder to be of no interest. */
const LITTLE = 0.1;
const LEAST_TTL_MS = 1;

export interface WordListener {
  /** The provider has asked all hosts to wait for so much longer. */
  paused(ms: number): void;
  /** Remainders of the provider's quotas, as it told them to another host. */
  remains(quotas: readonly QuotaReading[]): void;
  /** All that it has said is to be forgotten. */
  forgotten(): void;
}

/**
 * Tells the other hosts what the provider has said of one limit: by the bus at once, and by the store those that the
 * bus does not reach, and those that start later. Ages are the store's, so that no host's clock matters.
 */
export class SharedWord {
  /** Resolves when the store has been asked for the first time: a process that starts goes on where others stand. */
  readonly ready: Promise<void>;
  private readonly topic: WordTopic;
  private readonly toldAt = new Map<string, number>();
  private looksAt: number;

  constructor(
    private readonly environment: EnvironmentOf<RateLimitEvents>,
    readonly key: string,
    private readonly listener: WordListener,
  ) {
    this.topic = environment.shared(WORD_TOPIC);
    this.topic.join(this, environment);
    this.looksAt = environment.clock.now() + this.lookMs;
    this.ready = this.read();
  }

  /** The provider has asked to wait. */
  pause(ms: number): void {
    this.write('pause', { pauseMs: ms }, ms);
  }

  /** The provider has said how much remains: little of it is of interest to all. */
  observed(quotas: readonly QuotaReading[]): void {
    const now = this.environment.clock.now();
    const news = quotas.filter((quota) => isLittle(quota) && this.isNews(quota, now));
    if (news.length > 0) this.write('left', { left: news }, Math.max(...news.map(({ resetMs = 0 }) => resetMs)));
  }

  forget(): void {
    const { store } = this.environment;
    this.toldAt.clear();
    for (const part of ['pause', 'left']) store.delete(`${this.key}:${part}`).catch(ignored);
    this.topic.tell(this.environment, { key: this.key, reset: true });
  }

  /** Looks in the store when it is time. To be called while the limit is in use. */
  look(now: number): void {
    if (now < this.looksAt) return;
    this.looksAt = now + this.lookMs;
    void this.read();
  }

  /** Takes over what another host has told, so long ago. */
  hear({ pauseMs = 0, left, reset = false }: Omit<Told, 'key'>, ageMs: number): void {
    if (reset) this.listener.forgotten();
    if (pauseMs > ageMs) this.listener.paused(pauseMs - ageMs);
    const standing = left?.filter(({ resetMs = 0 }) => resetMs > ageMs);
    if (standing !== undefined && standing.length > 0) {
      this.listener.remains(standing.map((quota) => ({ ...quota, resetMs: quota.resetMs! - ageMs })));
    }
  }

  close(): void {
    this.topic.leave(this);
  }

  private get lookMs(): number {
    return this.environment.store.bus === undefined ? LOOK_WITHOUT_BUS_MS : LOOK_MS;
  }

  private isNews({ name, scope, remaining }: QuotaReading, now: number): boolean {
    const id = JSON.stringify([scope, name]);
    if (now - (this.toldAt.get(id) ?? -Infinity) < TELL_MS && remaining > 0) return false;
    this.toldAt.set(id, now);
    return true;
  }

  private write(part: string, told: Omit<Told, 'key'>, ttlMs: number): void {
    const { store } = this.environment;
    const value = JSON.stringify(told);
    store.put(`${this.key}:${part}`, value, { ttlMs: Math.max(LEAST_TTL_MS, ttlMs), if: 'always' }).catch(ignored);
    this.topic.tell(this.environment, { key: this.key, ...told });
  }

  private async read(): Promise<void> {
    const { store } = this.environment;
    const parts = ['pause', 'left'].map(async (part) => {
      const entry = await store.get(`${this.key}:${part}`).catch(ignored);
      if (entry !== undefined) this.hear(JSON.parse(entry.value) as Omit<Told, 'key'>, entry.ageMs);
    });
    await Promise.all(parts);
  }
}

function isLittle({ remaining, limit, resetMs }: QuotaReading): boolean {
  return resetMs !== undefined && (remaining <= 0 || (limit !== undefined && remaining <= limit * LITTLE));
}

/** A store that is away costs the others time, and the call nothing. */
const ignored = (): undefined => undefined;
