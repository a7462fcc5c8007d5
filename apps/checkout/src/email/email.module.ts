import { Module } from '@nestjs/common';
import { Confirmations } from './confirmations.service.js';
import { ConfirmationsWorker } from './confirmations.worker.js';
import { EmailClient } from './email.client.js';
import { Outbox } from './outbox.js';

@Module({ providers: [EmailClient, Outbox, Confirmations, ConfirmationsWorker], exports: [Outbox, Confirmations] })
export class EmailModule {}
