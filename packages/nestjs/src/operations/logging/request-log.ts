import { Logger } from '@nestjs/common';
import type { LimitedLog } from './limited-log.js';

/** How many lines of one kind a minute may have; the others are counted. */
const PER_MINUTE = 10;

type Level = 'debug' | 'log' | 'warn' | 'error';

/** A context of Nest's log for what single requests bring about: strangers can send any number of those. */
export class RequestLog {
  private readonly logger: Logger;

  constructor(
    private readonly context: string,
    /** Where the application's log is silent there is none. */
    private readonly limited: LimitedLog | undefined,
  ) {
    this.logger = new Logger(context);
  }

  /** Lines of one kind are counted together. Its names come from the application, never from a request. */
  write(level: Level, kind: string, text: string): void {
    this.limited?.write({
      id: `${this.context} ${kind}`,
      text,
      perMinute: PER_MINUTE,
      write: (line) => this.logger[level](line),
    });
  }
}
