import type { QueueDriver } from '../driver/queue-driver.js';

type OpenParts = Parameters<NonNullable<QueueDriver['open']>>[0];

interface Use {
  queues: number;
  /** The last time that it was opened or closed. */
  latest: Promise<void>;
}

const uses = new WeakMap<QueueDriver, Use>();

/**
 * Opens a driver for one more queue of this process. A driver that stands in the options of a module is that of every
 * application that is made of the module: it is opened for the first of them, and again for one that comes after the
 * last.
 */
export async function openDriver(driver: QueueDriver, parts: OpenParts): Promise<void> {
  const use = uses.get(driver) ?? { queues: 0, latest: Promise.resolve() };
  uses.set(driver, use);
  if (use.queues++ === 0) use.latest = settled(use.latest).then(() => driver.open?.(parts));
  try {
    await use.latest;
  } catch (error) {
    use.queues--;
    throw error;
  }
}

/** Closes a driver with the last of the queues that it was opened for. */
export async function closeDriver(driver: QueueDriver): Promise<void> {
  const use = uses.get(driver);
  if (use === undefined || --use.queues > 0) return;
  use.latest = settled(use.latest).then(() => driver.close());
  await use.latest;
}

function settled(promise: Promise<void>): Promise<void> {
  return promise.catch(() => undefined);
}
