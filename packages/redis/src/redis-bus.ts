import type { Bus, Unsubscribe } from '@breakwater/core';
import { portableText, textOfPortable, TopicListeners, withTimeLimit } from '@breakwater/core/adapter';
import type { RedisClient, RedisSubscriber } from './redis-client.js';
import { RedisStoreError } from './redis-store.error.js';
import type { RedisStoreSettings } from './redis-store.options.js';

/**
 * A subscription waits for its connection and comes back with it, also where the user's own commands are to fail at
 * once.
 */
const PATIENT = { enableOfflineQueue: true, autoResubscribe: true } as const;

/**
 * Pub/sub on Redis. Publishes over the user's client; a subscription opens one connection more, which ioredis
 * subscribes anew after it was lost. Messages published meanwhile are lost.
 */
export class RedisBus implements Bus {
  private readonly listeners: TopicListeners;
  private subscriber: RedisSubscriber | undefined;
  private readonly prefix: string;
  private closed = false;
  /** Subscriptions and their ends happen one after the other, so that the last one says what holds. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: RedisClient,
    private readonly settings: RedisStoreSettings,
  ) {
    this.listeners = new TopicListeners(settings.onError);
    this.prefix = `${settings.prefix}b:`;
  }

  async publish(topic: string, message: string): Promise<void> {
    await this.asked(() => this.client.publish(this.channel(topic), portableText(message)));
  }

  async subscribe(topic: string, listener: (message: string) => void): Promise<Unsubscribe> {
    const own = (message: string) => listener(message);
    await this.inTurn(() =>
      this.listeners.add(topic, own) ? this.asked(() => this.connection().subscribe(this.channel(topic))) : undefined,
    ).catch((error: unknown) => {
      this.listeners.remove(topic, own);
      this.restUnlessHeard();
      throw error;
    });
    return async () => {
      if (!this.listeners.has(topic, own)) return;
      await this.inTurn(() => {
        if (!this.listeners.remove(topic, own) || this.restUnlessHeard()) return undefined;
        return this.asked(() => this.connection().unsubscribe(this.channel(topic)));
      });
    };
  }

  /** Ends all subscriptions and their connection. The client that the store was given stays open. */
  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    this.restUnlessHeard();
  }

  /** Ends the connection after the last subscription. Returns whether there was none any more. */
  private restUnlessHeard(): boolean {
    if (this.listeners.names().length > 0) return false;
    this.subscriber?.disconnect();
    this.subscriber = undefined;
    return true;
  }

  private connection(): RedisSubscriber {
    if (this.subscriber !== undefined) return this.subscriber;
    const subscriber = this.client.duplicate();
    Object.assign(subscriber.options ?? {}, PATIENT);
    const { length } = this.prefix;
    subscriber.on('message', (channel, message) => {
      // Messages that cannot be read, of another release or a stranger, would end the process if this threw.
      try {
        this.listeners.deliver(textOfPortable(channel.slice(length)), textOfPortable(message));
      } catch (error) {
        this.settings.onError(new RedisStoreError('FORMAT', 'a message of the bus cannot be read', error));
      }
    });
    subscriber.on('error', this.settings.onError);
    return (this.subscriber = subscriber);
  }

  private channel(topic: string): string {
    return this.prefix + portableText(topic);
  }

  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async asked(work: () => Promise<unknown>): Promise<unknown> {
    if (this.closed) throw new RedisStoreError('CLOSED', 'it has been closed');
    try {
      const { clock, timeoutMs } = this.settings;
      return await withTimeLimit(work(), { clock, timeoutMs, onTimeout: () => RedisStoreError.timedOut(timeoutMs) });
    } catch (error) {
      throw RedisStoreError.of(error);
    }
  }
}
