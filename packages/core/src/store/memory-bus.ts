import type { Bus, Unsubscribe } from './bus.js';
import { TopicListeners } from './topic-listeners.js';

/** Tells the other parts of one process. Messages are delivered in a later microtask, as those of a server would be. */
export class MemoryBus implements Bus {
  private readonly listeners: TopicListeners;

  constructor(options: { onListenerError?: (error: unknown) => void } = {}) {
    this.listeners = new TopicListeners(options.onListenerError);
  }

  async publish(topic: string, message: string): Promise<void> {
    await undefined;
    this.listeners.deliver(topic, message);
  }

  async subscribe(topic: string, listener: (message: string) => void): Promise<Unsubscribe> {
    const own = (message: string) => listener(message);
    this.listeners.add(topic, own);
    return async () => void this.listeners.remove(topic, own);
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }
}
