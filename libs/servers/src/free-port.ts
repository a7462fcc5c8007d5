import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems hand out by themselves (Linux from 32768, others from 49152), so that no connection and
 * no `listen(0)` of another test takes one before its server does, also while that is started anew. Ten thousand above
 * are free as well, where each node of a Redis cluster listens, too.
 */
const [LOWEST, HIGHEST] = [11_000, 22_000];

/** A port of the loopback interface that no process listens on at the moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const isListening = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  probe.close();
  if (isListening) await once(probe, 'close');
  return isListening;
}
