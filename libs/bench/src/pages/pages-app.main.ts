import 'reflect-metadata';
import { DashboardModule } from '@breakwater/dashboard';
import { Resilience, ResilienceModule } from '@breakwater/nestjs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { collectGarbage } from '../measuring/collect-garbage.js';

const PROVIDERS = Number(process.env['PROVIDERS']);
const CALLS_PER_SECOND = Number(process.env['CALLS_PER_SECOND']);
const EVERY_MS = 100;

const settings = {
  retry: { attempts: 3 },
  circuitBreaker: { window: { time: '10s' } },
  rateLimit: { limit: 10_000, per: '1s' },
  bulkhead: { concurrency: 10 },
} as const;
const names = Array.from({ length: PROVIDERS }, (_, i) => `provider-${i}`);

@Module({
  imports: [
    ResilienceModule.forRoot({ logger: false, providers: Object.fromEntries(names.map((name) => [name, settings])) }),
    DashboardModule.forRoot({ authorize: () => true }),
  ],
})
class PagesApp {}

// An application whose providers are called by turns, one call in fifty in vain.
const app = await NestFactory.create(PagesApp, { logger: false });
await app.listen(0, '127.0.0.1');
const providers = names.map((name) => app.get(Resilience).provider(name));
let made = 0;
setInterval(() => {
  for (let i = 0; i < (CALLS_PER_SECOND * EVERY_MS) / 1000; i++) {
    const isInVain = ++made % 50 === 0;
    const work = isInVain ? () => Promise.reject(new TypeError('in vain')) : () => 'done';
    providers[made % PROVIDERS]!.execute(work).catch(() => undefined);
  }
}, EVERY_MS);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  process.send!({ us: user + system, held: heapUsed + external });
});
process.send!({ port: (app.getHttpServer().address() as { port: number }).port });
