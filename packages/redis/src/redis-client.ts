/** The part of an `ioredis` client, `Redis` or `Cluster`, that the store uses. */
export interface RedisClient {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(source: string, keys: number, ...args: string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  duplicate(): RedisSubscriber;
}

/** The part of the connection made of the client that the bus uses. */
export interface RedisSubscriber {
  readonly options?: object;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  disconnect(): void;
}

/** Throws a `TypeError` where `client` is no client of ioredis. */
export function requireClient(client: unknown): asserts client is RedisClient {
  const given = Object(client) as Partial<Record<keyof RedisClient, unknown>>;
  const fits = (['evalsha', 'eval', 'publish', 'duplicate'] as const).every(
    (name) => typeof given[name] === 'function',
  );
  if (!fits) throw new TypeError('RedisStore: expected a client of ioredis (new Redis(…) or new Cluster(…))');
}
