import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../median.js';
import { WAYS } from './ways.js';

const MAIN = fileURLToPath(new URL('./measure-way.main.js', import.meta.url));
const ROUNDS = 5;

/**
 * Prints the processor time of a decorated call that is watched, beside one that is not: medians of rounds by turns,
 * each way in a process of its own, so that none shapes what the compiler makes of another. `only` picks the ways
 * whose names contain it, and the first.
 */
export async function benchTelemetry(only = ''): Promise<void> {
  const picked = WAYS.filter(({ name }, at) => at === 0 || name.includes(only));
  const times = new Map<string, number[]>(picked.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, rounds] of times) rounds.push(await nsPerCall(name));
  }
  const [first] = times.values();
  const base = median(first!);
  process.stdout.write(`a decorated method with five policies, Node ${process.versions.node}\n`);
  for (const [name, rounds] of times) {
    const ns = median(rounds);
    process.stdout.write(`${name.padEnd(50)} ${ns.toFixed(0).padStart(6)} ns  ${(ns / base).toFixed(2)} ×\n`);
  }
}

async function nsPerCall(way: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, way]);
  return Number(stdout);
}
