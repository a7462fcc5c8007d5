// An application that is told to stop while it works, as a process of its own: bundled and started by
// shutdown.processes.spec.ts. Plain JavaScript, so that it is no part of the package: decorators are applied by hand.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentCall, Resilience, ResilienceModule } from '@breakwater/nestjs';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const { platform, grace, storeFile } = JSON.parse(process.argv[2]);
const providers = {
  plain: {},
  queued: { bulkhead: { concurrency: 2, queue: 100, wait: '1h' } },
  limited: { rateLimit: { limit: 1, per: '10m', burst: 1, wait: '1h', queue: 100 } },
  asking: { retry: { attempts: 3, maxRetryAfter: '1h' } },
  keyed: { idempotency: { lease: '30s' } },
};
const busy = Object.assign(new Error('busy'), { response: { status: 503, headers: { 'retry-after': '600' } } });
const toldToEnd = () => new Promise((resolve) => process.once('message', resolve));

class Routes {
  constructor(resilience) {
    this.resilience = resilience;
  }

  call(provider, work, options) {
    process.send('called');
    return this.resilience.provider(provider).execute(work, options);
  }

  charge() {
    return this.call('plain', () => sleep(500, 'charged'));
  }

  /** Until it is told to end. */
  held() {
    return this.call('plain', toldToEnd);
  }

  async twice() {
    await this.call('plain', () => sleep(400));
    return this.call('plain', () => sleep(100, 'charged and mailed'));
  }

  queued() {
    return this.call('queued', toldToEnd);
  }

  limited() {
    return this.call('limited', () => 'done');
  }

  asking() {
    return this.call('asking', () => Promise.reject(busy));
  }

  hanging() {
    return this.call('plain', () => new Promise(() => setInterval(() => undefined, 1000)));
  }

  obedient() {
    const until = () =>
      new Promise((_, reject) => {
        const { signal } = currentCall();
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    return this.call('plain', until);
  }

  keyed(holdMs = 400) {
    return this.call('keyed', () => sleep(holdMs, 'charged'), { idempotencyKey: 'order-1', args: ['order-1'] });
  }

  keyedForever() {
    return this.keyed(3_600_000);
  }
}
Inject(Resilience)(Routes, undefined, 0);
for (const name of [
  'charge',
  'held',
  'twice',
  'queued',
  'limited',
  'asking',
  'hanging',
  'obedient',
  'keyed',
  'keyedForever',
]) {
  Get(name)(Routes.prototype, name, Object.getOwnPropertyDescriptor(Routes.prototype, name));
}
Controller()(Routes);

class AppModule {}
// Only what it needs: loading is most of what such a process does.
const store = storeFile && new (await import('@breakwater/sqlite')).SqliteStore({ file: storeFile });
Module({
  imports: [ResilienceModule.forRoot({ providers, ...(store && { store }), ...(grace && { shutdown: { grace } }) })],
  controllers: [Routes],
})(AppModule);

if (platform === 'none') {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  const routes = new Routes(app.get(Resilience));
  process.on('message', (name) => {
    routes[name]().then(
      (value) => process.send({ value }),
      (error) => process.send({ error: error.code ?? error.message }),
    );
  });
  process.send(0);
} else {
  const adapter = platform === 'fastify' ? [new (await import('@nestjs/platform-fastify')).FastifyAdapter()] : [];
  const app = await NestFactory.create(AppModule, ...adapter, { logger: false });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  process.send(app.getHttpServer().address().port);
}
