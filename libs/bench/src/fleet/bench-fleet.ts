import { textTable } from '../reporting/text-table.js';
import type { Table } from '../reporting/table.js';
import { Fleet, type FleetOptions, type Load } from './fleet.js';
import { useOf, type FleetUse } from './measure-fleet.js';
import { circuitReach, pauseReach } from './reach.js';

const HOSTS = [1, 10, 100, 1000] as const;
const LIMITS = [10, 100, 1000, 10_000] as const;
const WARM_MS = 2000;
const DEMAND = 1.2;

const TABLES: Readonly<Record<string, () => Promise<Table>>> = {
  even: () => loadTable('even'),
  skewed: () => loadTable('skewed'),
  bursty: () => loadTable('bursty'),
  trouble: troubleTable,
  reach: reachTable,
};

/** Prints what hosts make of a shared limit, in virtual time: see docs/fleet.md. */
export async function benchFleet(only?: string): Promise<void> {
  for (const [name, table] of Object.entries(TABLES)) {
    if (only === undefined || name.includes(only)) print(await table());
  }
}

async function loadTable(load: Load): Promise<Table> {
  const rows: string[][] = [];
  for (const limit of LIMITS) {
    for (const hosts of HOSTS) {
      const forMs = limit >= 10_000 ? 4000 : 10_000;
      const fleet = new Fleet({ hosts, limit, load, demand: DEMAND });
      await fleet.run(WARM_MS);
      const before = fleet.store.operations;
      await fleet.run(forMs);
      const operations = ((fleet.store.operations - before) * 1000) / forMs;
      fleet.close();
      const span = { limit, fromMs: WARM_MS, toMs: WARM_MS + forMs, wanted: wantedBy({ hosts, load }) };
      rows.push([`${limit}/s`, String(hosts), ...cells(useOf(fleet.arrivals, span)), operations.toFixed(0)]);
    }
  }
  const title = `${load} load, ${DEMAND * 100} % of the limit`;
  return { title, columns: ['limit', 'hosts', 'used', '429', 'fairness', 'store operations a second'], rows };
}

/** A host that dies, half of them cut off from the store, and a store that is away for ten seconds. */
async function troubleTable(): Promise<Table> {
  const options = { hosts: 100, limit: 1000, load: 'even', demand: DEMAND } as const;
  const rows: string[][] = [];
  const phases = async (name: string, begin: (fleet: Fleet) => void, end: (fleet: Fleet) => void) => {
    const fleet = new Fleet(options);
    await fleet.run(WARM_MS);
    for (const [phase, forMs, change] of [
      ['before', 5000, () => undefined],
      ['during', 10_000, () => begin(fleet)],
      ['the second after', 1000, () => end(fleet)],
      ['after', 5000, () => undefined],
    ] as const) {
      const fromMs = fleet.clock.now();
      change();
      await fleet.run(forMs);
      const span = { limit: options.limit, fromMs, toMs: fleet.clock.now(), wanted: wantedBy(options) };
      rows.push([name, phase, ...cells(useOf(fleet.arrivals, span))]);
    }
    fleet.close();
  };
  await phases(
    'ten hosts die',
    (fleet) => {
      for (let host = 0; host < 10; host++) fleet.dead.add(host);
    },
    () => undefined,
  );
  await phases('half cut off from the store', cutOff(true), cutOff(false));
  await phases(
    'store away',
    (fleet) => void (fleet.store.isAway = true),
    (fleet) => void (fleet.store.isAway = false),
  );
  return { title: '100 hosts on 1000/s, even load', columns: ['trouble', 'phase', 'used', '429', 'fairness'], rows };
}

async function reachTable(): Promise<Table> {
  const rows: string[][] = [];
  for (const hosts of HOSTS.slice(1)) {
    const [pause, circuit] = [await pauseReach(hosts), await circuitReach(hosts)];
    rows.push([
      String(hosts),
      ...[pause, circuit].flatMap((ms) => [`${ms.p50.toFixed(1)} ms`, `${ms.last.toFixed(1)} ms`]),
    ]);
  }
  return {
    title: 'Until a pause, and a circuit that a quorum has found open, has reached hosts',
    columns: ['hosts', 'pause: half of them', 'all', 'circuit: half of them', 'all'],
    rows,
  };
}

function cutOff(isCutOff: boolean): (fleet: Fleet) => void {
  return (fleet) => {
    for (const view of fleet.views.slice(0, fleet.views.length / 2)) view.isCutOff = isCutOff;
  };
}

function wantedBy({ hosts, load }: Pick<FleetOptions, 'hosts' | 'load'>): number[] {
  return Array.from({ length: hosts }, (_, host) =>
    load === 'skewed' && hosts > 1 ? (host < hosts / 5 ? 4 : 0.25) : 1,
  );
}

function cells({ used, refused, fairness }: FleetUse): string[] {
  return [`${(100 * used).toFixed(1)} %`, `${(100 * refused).toFixed(2)} %`, fairness.toFixed(3)];
}

function print(table: Table): void {
  process.stdout.write(`${textTable(table)}\n`);
}
