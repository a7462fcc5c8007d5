/** The listeners of each topic in this process, over one subscription per topic at the server. */
export class TopicListeners {
  private readonly topics = new Map<string, Set<(message: string) => void>>();

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  /** Returns true for the first listener of its topic. */
  add(topic: string, listener: (message: string) => void): boolean {
    const listeners = this.topics.get(topic);
    listeners?.add(listener);
    if (listeners === undefined) this.topics.set(topic, new Set([listener]));
    return listeners === undefined;
  }

  has(topic: string, listener: (message: string) => void): boolean {
    return this.topics.get(topic)?.has(listener) === true;
  }

  /** Returns true for the last listener of its topic. */
  remove(topic: string, listener: (message: string) => void): boolean {
    const listeners = this.topics.get(topic);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return false;
    return this.topics.delete(topic);
  }

  /** The topics that have listeners. */
  names(): string[] {
    return [...this.topics.keys()];
  }

  clear(): void {
    this.topics.clear();
  }

  /** Tells every listener of the topic. The error of one that throws is handed on, and harms no other. */
  deliver(topic: string, message: string): void {
    for (const listener of [...(this.topics.get(topic) ?? [])]) {
      try {
        listener(message);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
