import { createProvider } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { VirtualTime } from './virtual-time.js';

/** One limiter under test, in a time of its own. */
export interface Limiter {
  readonly elapsed: () => number;
  readonly moveTo: (elapsed: number) => Promise<void>;
  /** Runs `send` when it may, which is answered so much later; rejects when it is refused. */
  readonly schedule: (send: () => void, answeredAfterMs: number) => Promise<unknown>;
  readonly close: () => void;
}

export interface LimiterMaker {
  readonly name: string;
  make(limit: number, perMs: number, waitMs: number): Limiter | Promise<Limiter>;
}

const FOREVER_MS = 2_000_000_000;

function ours(name: string, options: (limit: number) => object): LimiterMaker {
  return {
    name,
    make: (limit, per, waitMs) => {
      const clock = new TestClock();
      const wait = waitMs === Infinity ? FOREVER_MS : waitMs;
      const rateLimit = { limit, per, wait, queue: 1_000_000, ...options(limit) };
      const provider = createProvider('provider', { rateLimit }, { clock });
      return {
        elapsed: () => clock.now(),
        moveTo: (elapsed) => clock.advance(Math.max(0, elapsed - clock.now())),
        schedule: (send, answeredAfterMs) =>
          provider.execute(() => {
            send();
            return answeredAfterMs === 0 ? undefined : clock.sleep(answeredAfterMs);
          }),
        close: () => provider.close(),
      };
    },
  };
}

type Schedule = (send: () => void) => Promise<unknown>;

/** A limiter that reads the machine's clock: it gets another. */
function peer(name: string, load: (limit: number, perMs: number) => Promise<Schedule>): LimiterMaker {
  return {
    name,
    make: async (limit, perMs) => {
      const time = new VirtualTime();
      time.install();
      try {
        const schedule = await load(limit, perMs);
        return {
          elapsed: () => time.elapsed,
          moveTo: (elapsed) => time.moveTo(elapsed),
          schedule,
          close: () => time.uninstall(),
        };
      } catch (error) {
        time.uninstall();
        throw error;
      }
    },
  };
}

export const LIMITERS: readonly LimiterMaker[] = [
  ours('breakwater', () => ({})),
  ours('breakwater, burst of a fifth', (limit) => ({ burst: Math.max(1, Math.floor(limit / 5)) })),
  peer('p-throttle', async (limit, interval) => {
    const { default: pThrottle } = await import('p-throttle');
    return pThrottle({ limit, interval })((send: () => void) => Promise.resolve(send()));
  }),
  peer('p-throttle, strict', async (limit, interval) => {
    const { default: pThrottle } = await import('p-throttle');
    return pThrottle({ limit, interval, strict: true })((send: () => void) => Promise.resolve(send()));
  }),
  peer('bottleneck, reservoir', async (limit, interval) => {
    const { default: Bottleneck } = await import('bottleneck');
    const bottleneck = new Bottleneck({
      reservoir: limit,
      reservoirRefreshAmount: limit,
      reservoirRefreshInterval: Math.max(250, interval),
    });
    return (send) => bottleneck.schedule(async () => send());
  }),
  peer('limiter', async (limit, interval) => {
    const { RateLimiter } = await import('limiter');
    const limiter = new RateLimiter({ tokensPerInterval: limit, interval });
    return async (send) => {
      await limiter.removeTokens(1);
      send();
    };
  }),
  peer('rate-limiter-flexible, queue', async (limit, interval) => {
    const { RateLimiterMemory, RateLimiterQueue } = await import('rate-limiter-flexible');
    const memory = new RateLimiterMemory({ points: limit, duration: interval / 1000 });
    const queue = new RateLimiterQueue(memory, { maxQueueSize: 1_000_000 });
    return async (send) => {
      await queue.removeTokens(1);
      send();
    };
  }),
];
