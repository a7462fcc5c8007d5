import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { median } from '../median.js';
import { WAYS } from './ways.js';

const CALLS = 40_000;
const WARM_UP = 3;
const BATCHES = 9;

// One way in a process of its own: its name comes in, the processor time of a call in nanoseconds goes out.
const [, , name] = process.argv;
const way = WAYS.find((each) => each.name === name);
if (way === undefined) throw new Error(`no way is called ${name}`);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const call = await way.prepare();
const batches = await context.with(way.within ?? ROOT_CONTEXT, async () => {
  const costs: number[] = [];
  for (let batch = 0; batch < WARM_UP + BATCHES; batch++) costs.push(await nsPerCall());
  return costs.slice(WARM_UP);
});
// Timers of the application must not hold the process.
process.stdout.write(String(median(batches)), () => process.exit());

async function nsPerCall(): Promise<number> {
  const { user, system } = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await call();
  const used = process.cpuUsage();
  return ((used.user + used.system - user - system) * 1000) / CALLS;
}
