// An application that receives webhooks, as a process of its own: bundled and started by
// webhook-inbox.processes.spec.ts. Plain JavaScript, so that it is no part of the package: decorators are applied by
// hand.
import 'reflect-metadata';
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResilienceModule, Webhook, WebhookEvent } from '@breakwater/nestjs';
import { SqliteStore } from '@breakwater/sqlite';
import { Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const { storeFile, attemptsFile, effectsFile, webhook } = JSON.parse(process.argv[2]);

class Webhooks {
  /** Notes that it began, takes its time, and takes effect at the end. */
  async receive({ body: { id, holdMs, failsFirst } }) {
    const isFirst = !readFileSync(attemptsFile, 'utf8').includes(`${id} `);
    appendFileSync(attemptsFile, `${id} ${process.pid}\n`);
    await sleep(holdMs);
    if (failsFirst && isFirst) throw new Error('the database is down');
    appendFileSync(effectsFile, `${id} ${process.pid}\n`);
  }
}
const receive = Object.getOwnPropertyDescriptor(Webhooks.prototype, 'receive');
for (const decorate of [Webhook('payments'), Post('payments')]) decorate(Webhooks.prototype, 'receive', receive);
WebhookEvent()(Webhooks.prototype, 'receive', 0);
Controller('webhooks')(Webhooks);

class AppModule {}
Module({
  imports: [
    ResilienceModule.forRoot({ store: new SqliteStore({ file: storeFile }), providers: { payments: { webhook } } }),
  ],
  controllers: [Webhooks],
})(AppModule);

const app = await NestFactory.create(AppModule, { rawBody: true, logger: false });
await app.listen(0, '127.0.0.1');
process.send(app.getHttpServer().address().port);
