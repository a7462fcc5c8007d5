import { median } from '../median.js';
import { CACHES, type Find } from './caches.js';

const HITS = 100_000;
const ROUNDS = 11;
const IDS = Array.from({ length: 100 }, (_, i) => String(i));
/** The caches that a Nest application would take in our place. */
const PEERS = ['cache-manager wrap', 'bentocache getOrSet', 'cacheable wrap'];

/** Prints the processor time of a hit in each cache: medians of rounds by turns. */
export async function benchCache(): Promise<void> {
  const rounds = new Map<string, number[]>();
  const finds = new Map<string, Find>();
  for (const [name, open] of Object.entries(CACHES)) {
    const find = await open();
    for (const id of IDS) await find(id);
    await nsPerHit(find);
    finds.set(name, find);
    rounds.set(name, []);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, find] of finds) rounds.get(name)!.push(await nsPerHit(find));
  }
  const medians = new Map([...rounds].map(([name, each]) => [name, median(each)]));
  const fastest = Math.min(...PEERS.map((name) => medians.get(name)!));
  for (const [name, ns] of medians) {
    process.stdout.write(`${name.padEnd(34)} ${ns.toFixed(0).padStart(6)} ns  ${(ns / fastest).toFixed(2)} ×\n`);
  }
  process.stdout.write(`1 × is the fastest of ${PEERS.join(', ')}\n`);
}

async function nsPerHit(find: Find): Promise<number> {
  const { user, system } = process.cpuUsage();
  for (let i = 0; i < HITS; i++) await find(IDS[i % IDS.length]!);
  const used = process.cpuUsage();
  return ((used.user + used.system - user - system) * 1000) / HITS;
}
