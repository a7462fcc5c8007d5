import type { Bus, Unsubscribe } from './bus.js';
import { TopicListeners } from './topic-listeners.js';

/** Tells the other parts of one process. Messages are delivered in a later microtask, as those of a server would be. */
export class MemoryBus implements Bus {
  /** Made for the first of them. */
  private listeners: TopicListeners | undefined = undefined;
  private readonly onListenerError: ((error: unknown) => void) | undefined;

  constructor(options: { onListenerError?: (error: unknown) => void } = {}) {
    this.onListenerError = options.onListenerError;
  }

  async publish(topic: string, message: string): Promise<void> {
    await undefined;
    this.listeners?.deliver(topic, message);
  }

  async subscribe(topic: string, listener: (message: string) => void): Promise<Unsubscribe> {
    const own = (message: string) => listener(message);
    const listeners = (this.listeners ??= new TopicListeners(this.onListenerError));
    listeners.add(topic, own);
    return async () => void listeners.remove(topic, own);
  }

  async close(): Promise<void> {
    this.listeners?.clear();
  }
}
