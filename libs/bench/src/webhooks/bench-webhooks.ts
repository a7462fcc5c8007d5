import { median } from '../median.js';
import type { WebhookCase } from './webhook-case.js';
import { webhookCases } from './webhook-cases.js';

export interface WebhookResult {
  readonly name: string;
  readonly perSecond: number;
  /** To the rate of the case beside it. */
  readonly ratio: number;
}

const SIZES = [1024, 65_536];
const WARM_UP_MS = 100;
const ROUNDS = 25;
const ROUND_MS = 12;

/**
 * Times every case in short rounds by turns, so that a machine that changes its speed treats all alike; prints medians.
 */
export async function benchWebhooks(): Promise<readonly WebhookResult[]> {
  const results: WebhookResult[] = [];
  for (const size of SIZES) results.push(...(await compare(webhookCases(size))));
  for (const { name, perSecond, ratio } of results) {
    const rate = Math.round(perSecond).toLocaleString('en').padStart(12);
    process.stdout.write(`${name.padEnd(44)} ${rate} /s ${ratio.toFixed(2).padStart(8)}\n`);
  }
  return results;
}

async function compare(cases: readonly WebhookCase[]): Promise<readonly WebhookResult[]> {
  const calls = new Map<WebhookCase, number>();
  for (const each of cases) calls.set(each, await callsOfARound(each));
  const rates = new Map(cases.map((each) => [each.name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const each of cases) {
      const count = calls.get(each) ?? 1;
      rates.get(each.name)?.push((count * 1000) / (await timeOf(each, count)));
    }
  }
  return cases.map(({ name, beside }) => {
    const perSecond = median(rates.get(name) ?? []);
    return { name, perSecond, ratio: perSecond / median(rates.get(beside ?? name) ?? []) };
  });
}

async function callsOfARound(each: WebhookCase): Promise<number> {
  let count = 1;
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) {
    const ms = Math.max(0.01, await timeOf(each, count));
    count = Math.min(count * 2, Math.max(1, Math.round((count * ROUND_MS) / ms)));
  }
  return count;
}

async function timeOf({ run, waits }: WebhookCase, count: number): Promise<number> {
  const start = performance.now();
  if (waits) for (let i = 0; i < count; i++) await run();
  else for (let i = 0; i < count; i++) run();
  return performance.now() - start;
}
