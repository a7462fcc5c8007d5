import { serverOrReason, ServerUnavailableError, startPostgres, startRedis } from '@breakwater/servers';
import { textTable } from '../reporting/text-table.js';
import { postgresCases } from './postgres-cases.js';
import { redisCases } from './redis-cases.js';
import { measureRoundTrips, type Measured, type ServerCases } from './round-trips.js';

/** Prints what it costs to share state, beside a bare round trip of the same client in the same run. */
export async function benchState(): Promise<void> {
  await onServer('Redis', startRedis, redisCases);
  await onServer('Postgres', startPostgres, postgresCases);
}

async function onServer<Server extends { readonly url: string; stop(): Promise<void> }>(
  name: string,
  start: () => Promise<Server>,
  connect: (url: string) => Promise<ServerCases>,
): Promise<void> {
  const server = await serverOrReason(start);
  if (server instanceof ServerUnavailableError) return;
  try {
    const { cases, close } = await connect(server.url);
    process.stdout.write(`${table(name, await measureRoundTrips(cases))}\n`);
    await close();
  } finally {
    await server.stop();
  }
}

function table(server: string, measured: readonly Measured[]): string {
  const [bare] = measured;
  const times = (us: number, of: number) => `${(us / of).toFixed(us / of < 1 ? 2 : 1)} x`;
  return textTable({
    title: `${server}, beside a bare round trip of the same client`,
    columns: ['', 'one at a time', 'bare', 'at most', '64 in flight, each', 'bare'],
    rows: measured.map(({ name, most, aloneUs, togetherUs }) => [
      name,
      `${aloneUs.toFixed(1)} us`,
      times(aloneUs, bare!.aloneUs),
      most === undefined ? '' : `${most} x`,
      `${togetherUs.toFixed(1)} us`,
      times(togetherUs, bare!.togetherUs),
    ]),
  });
}
