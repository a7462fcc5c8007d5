import { registerAs } from '@nestjs/config';

/** Where the shop listens, where it keeps its orders, where what its policies keep, and what it has. */
export const checkoutConfig = registerAs('checkout', () => ({
  port: portFrom(process.env['PORT'] || '0'),
  databaseFile: process.env['DATABASE_FILE'] || ':memory:',
  storeUrl: process.env['STORE_URL'] || 'memory:',
  /** Where tenants' imports are kept: a server that hosts share, otherwise the shop's own database. */
  queueUrl: process.env['QUEUE_URL'] || process.env['STORE_URL'] || 'memory:',
  /** How long what is under way may go on when the shop closes. */
  graceMs: Number(process.env['SHUTDOWN_GRACE_MS'] || 2_000),
  /** How soon another process takes over the jobs of one that was killed. */
  queueLeaseMs: Number(process.env['QUEUE_LEASE_MS'] || 5_000),
  /** The beginning of the names under which a shared server keeps jobs. */
  queuePrefix: process.env['QUEUE_PREFIX'] || 'bull',
  /** Whether paid orders go to a CRM. */
  hasCrm: Boolean(process.env['CRM_URL']),
}));

function portFrom(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new Error(`PORT must be a whole number from 0 to 65535, but is '${value}'`);
}
