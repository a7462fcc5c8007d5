import { InjectProvider, ResilientProvider } from '@breakwater/nestjs';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Confirmations } from './confirmations.service.js';
import { Outbox } from './outbox.js';

const INTERVAL_MS = 250;
const CONCURRENCY = 10;

/** Sends, in the background, the confirmations that could not be sent with their orders. */
@Injectable()
export class ConfirmationsWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ConfirmationsWorker.name);
  private timer: NodeJS.Timeout | undefined;
  private draining = false;
  private stopped = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly confirmations: Confirmations,
    @InjectProvider('email') private readonly email: ResilientProvider,
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
      while (!this.stopped && (await this.sendSome()));
    } catch (error) {
      this.logger.warn(`confirmations are tried again later: ${error}`);
    } finally {
      this.draining = false;
    }
  }

  /** Whether there is more to send, and a point in going on. */
  private async sendSome(): Promise<boolean> {
    const limit = this.limit();
    const due = this.outbox.claim(limit);
    const results = await Promise.all(due.map((order) => this.confirmations.send(order)));
    return due.length > 0 && results.every((confirmation) => confirmation === 'sent');
  }

  /** An open circuit would refuse them all, and one that is being tried takes a single call. */
  private limit(): number {
    const state = this.email.circuitBreaker?.state ?? 'closed';
    if (state === 'closed') return CONCURRENCY;
    return state === 'half-open' ? 1 : 0;
  }
}
