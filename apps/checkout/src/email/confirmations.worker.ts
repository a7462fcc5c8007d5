import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Confirmations } from './confirmations.service.js';
import { Outbox } from './outbox.js';

const INTERVAL_MS = 250;

/** Sends, in the background, the confirmations that could not be sent with their orders. */
@Injectable()
export class ConfirmationsWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ConfirmationsWorker.name);
  private timer: NodeJS.Timeout | undefined;
  private draining = false;
  private stopped = false;

  constructor(
    private readonly confirmations: Confirmations,
    private readonly outbox: Outbox,
  ) {}

  onApplicationBootstrap(): void {
    this.outbox.recover();
    this.timer = setInterval(() => void this.drain(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  private async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    try {
      while (!this.stopped && (await this.confirmations.sendDue()));
    } catch (error) {
      this.logger.warn(`confirmations are tried again later: ${error}`);
    } finally {
      this.draining = false;
    }
  }
}
