import type { Table } from '../reporting/table.js';
import { textTable } from '../reporting/text-table.js';
import { arrivalsFor } from './arrivals.js';
import { LIMITERS } from './limiters.js';
import { idealLog, JITTERS_MS, simulate, type Limit, type Outcome } from './simulate.js';

export const LIMITS: readonly Limit[] = [
  { name: '2 per second', limit: 2, perMs: 1000 },
  { name: '3 per second', limit: 3, perMs: 1000 },
  { name: '10 per second', limit: 10, perMs: 1000 },
  { name: '100 per second', limit: 100, perMs: 1000 },
  { name: '100 per minute', limit: 100, perMs: 60_000 },
  { name: '5000 per hour', limit: 5000, perMs: 3_600_000 },
];

/** The most calls of one simulation. */
const MOST = 2000;

/** Prints what limiters make of the same calls, in virtual time, beside a log that knows everything. */
export async function benchLimits(only?: string): Promise<void> {
  for (const limit of LIMITS.filter(({ name }) => only === undefined || name.includes(only))) {
    for (const arrivals of arrivalsFor(limit.limit, limit.perMs, MOST)) {
      const rows = [row('ideal log', idealLog(limit, arrivals))];
      for (const maker of LIMITERS) rows.push(row(maker.name, await simulate(maker, limit, arrivals)));
      process.stdout.write(`${textTable(table(`${limit.name}, ${arrivals.name}`, rows))}\n`);
    }
  }
}

function table(title: string, rows: Table['rows']): Table {
  const columns = ['limiter', 'throughput', 'p50', 'p95', 'refused', 'most in any window'];
  return { title, columns: [...columns, ...JITTERS_MS.map((ms) => `429 at ${ms} ms jitter`)], rows };
}

function row(name: string, outcome: Outcome): string[] {
  return [
    name,
    outcome.throughput === undefined ? '' : percent(outcome.throughput),
    `${Math.round(outcome.p50Ms)} ms`,
    `${Math.round(outcome.p95Ms)} ms`,
    percent(outcome.refused),
    String(outcome.mostInWindow),
    ...outcome.refusedByServer.map(percent),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
