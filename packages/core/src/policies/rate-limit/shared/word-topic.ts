import type { Environment } from '../../../engine/policy.js';
import { SharedState } from '../../../engine/shared-state.js';
import type { QuotaReading } from '../../../headers/quota-observation.js';
import type { Unsubscribe } from '../../../store/bus.js';

/** One message: what the provider has said of the limit at `key`. */
export interface Told {
  readonly key: string;
  readonly pauseMs?: number;
  readonly left?: readonly QuotaReading[];
  readonly reset?: boolean;
}

interface Listener {
  readonly key: string;
  hear(told: Omit<Told, 'key'>, ageMs: number): void;
}

type Where = Pick<Environment, 'store' | 'provider' | 'random'>;

/** Ends nothing, as there was no subscription. */
const NO_BUS: Unsubscribe = () => Promise.resolve();

/** The topic on which the hosts of one provider tell each other of its limits: one subscription for all of its keys. */
export class WordTopic {
  private readonly listeners = new Map<string, Listener>();
  private from: string | undefined;
  private subscribed: Promise<Unsubscribe> | undefined;

  join(listener: Listener, { store, provider, random }: Where): void {
    this.listeners.set(listener.key, listener);
    this.from ??= String(random());
    // A bus that cannot be had is made up for by looking in the store.
    this.subscribed ??= store.bus?.subscribe(topicOf(provider), (message) => this.hear(message)).catch(() => NO_BUS);
  }

  leave(listener: Listener): void {
    if (this.listeners.get(listener.key) === listener) this.listeners.delete(listener.key);
    if (this.listeners.size > 0) return;
    this.subscribed?.then((unsubscribe) => unsubscribe()).catch(() => undefined);
    this.subscribed = undefined;
  }

  tell({ store, provider }: Where, told: Told): void {
    store.bus?.publish(topicOf(provider), JSON.stringify({ ...told, from: this.from })).catch(() => undefined);
  }

  private hear(message: string): void {
    const { from, key, ...told } = JSON.parse(message) as Told & { readonly from: string };
    if (from !== this.from) this.listeners.get(key)?.hear(told, 0);
  }
}

export const WORD_TOPIC = new SharedState(() => new WordTopic());

function topicOf(provider: string): string {
  return `rateLimit:${provider}`;
}
