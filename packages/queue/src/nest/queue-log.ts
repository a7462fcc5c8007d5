import type { ResilienceEvent } from '@breakwater/core';
import { Resilience } from '@breakwater/nestjs';
import { ResilienceParts } from '@breakwater/nestjs/adapter';
import { Inject, Injectable } from '@nestjs/common';

/**
 * Tells Nest's log what an operator has to know: jobs that are dead, and queues that are held back. A provider that
 * refuses all jobs for good buries thousands in a minute: those are counted.
 */
@Injectable()
export class QueueLog {
  private readonly log: ReturnType<ResilienceParts['requestLog']>;
  private subscription: { unsubscribe(): void } | undefined;

  constructor(
    @Inject(Resilience) private readonly resilience: Resilience,
    @Inject(ResilienceParts) parts: ResilienceParts,
  ) {
    this.log = parts.requestLog('SyncQueue');
  }

  start(): void {
    this.subscription = this.resilience.events$.subscribe((event) => this.note(event));
  }

  stop(): void {
    this.subscription?.unsubscribe();
  }

  private note(event: ResilienceEvent): void {
    const { provider, operation } = event;
    switch (event.type) {
      case 'queue.dead': {
        const { id, failure, reason, attempt } = event.detail;
        this.log.write(
          'error',
          `dead ${provider} ${operation}`,
          `'${provider}' (${operation}): job ${id} is dead after ${attempt} attempts (${failure}): ${line(reason)}`,
        );
        break;
      }
      case 'queue.held': {
        const { why, reason } = event.detail;
        this.log.write(
          'warn',
          `held ${provider} ${why}`,
          `'${provider}': its jobs are held back (${why}${reason === undefined ? '' : `: ${line(reason)}`})`,
        );
        break;
      }
      case 'queue.resumed':
        this.log.write(
          'log',
          `resumed ${provider}`,
          `'${provider}': its jobs go on after ${Math.round(event.detail.afterMs / 100) / 10} s`,
        );
        break;
      default:
    }
  }
}

/** Text of a provider, without line breaks and without end. */
function line(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').slice(0, 300);
}
