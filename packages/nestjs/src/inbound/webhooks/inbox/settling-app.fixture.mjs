// An application whose webhooks take effect in its own database, as a process of its own that may kill itself at a
// given moment: bundled and started by settle-within.processes.spec.ts.
import 'reflect-metadata';
import { ResilienceModule, Webhook, WebhookEvent } from '@breakwater/nestjs';
import { SqliteStore } from '@breakwater/sqlite';
import { Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Database from 'libsql';

const { file, webhook } = JSON.parse(process.argv[2]);

const store = new SqliteStore({ file, tablePrefix: 'breakwater_' });
const db = new Database(file);
db.exec('PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS effects (id TEXT NOT NULL)');
const insert = db.prepare('INSERT INTO effects VALUES (?)');

class Webhooks {
  receive(event) {
    const { id, diesAt, fails } = event.body;
    const dieAt = (moment) => moment === diesAt && process.kill(process.pid, 'SIGKILL');
    const handle = db.transaction(() => {
      insert.run([id]);
      dieAt('effect');
      event.settle(db);
      dieAt('mark');
      if (fails === 'inside') throw new Error('rolled back');
    });
    handle.immediate();
    dieAt('commit');
    if (fails === 'after') throw new Error('too late');
    return `handled by ${process.pid}`;
  }
}
const receive = Object.getOwnPropertyDescriptor(Webhooks.prototype, 'receive');
for (const decorate of [Webhook('payments'), Post('payments')]) decorate(Webhooks.prototype, 'receive', receive);
WebhookEvent()(Webhooks.prototype, 'receive', 0);
Controller('webhooks')(Webhooks);

class AppModule {}
Module({
  imports: [ResilienceModule.forRoot({ store, providers: { payments: { webhook } } })],
  controllers: [Webhooks],
})(AppModule);

const app = await NestFactory.create(AppModule, { rawBody: true, logger: false });
await app.listen(0, '127.0.0.1');
process.send(app.getHttpServer().address().port);
