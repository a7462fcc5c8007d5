import { registerAs } from '@nestjs/config';

/** Where the shop listens, where it keeps its orders, and where what its policies keep. */
export const checkoutConfig = registerAs('checkout', () => ({
  port: portFrom(process.env['PORT'] || '0'),
  databaseFile: process.env['DATABASE_FILE'] || ':memory:',
  storeUrl: process.env['STORE_URL'] || 'memory:',
  /** How soon another process takes over the jobs of one that was killed. */
  queueLeaseMs: Number(process.env['QUEUE_LEASE_MS'] || 30_000),
}));

function portFrom(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new Error(`PORT must be a whole number from 0 to 65535, but is '${value}'`);
}
