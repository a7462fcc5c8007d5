import type { Clock, ResilienceEvent } from '@breakwater/core';
import { Logger } from '@nestjs/common';
import { LimitedLog } from './limited-log.js';
import { LOG_LINES } from './log-lines.js';
import { RequestLog } from './request-log.js';

/** Tells Nest's log what an operator has to know: circuits, pauses, refusals, budgets and the store. */
export class EventLog {
  private readonly logger = new Logger('Resilience');
  private readonly limited: LimitedLog;

  constructor(clock: Clock) {
    this.limited = new LimitedLog(clock);
  }

  readonly note = ({ type, provider, operation, detail }: ResilienceEvent): void => {
    const known = LOG_LINES[type];
    if (known === undefined) return;
    const { level, text, perMinute } = known;
    const of = [operation ?? [], (detail as { keyed?: true }).keyed === true ? 'one key' : []].flat();
    const where = of.length === 0 ? `'${provider}'` : `'${provider}' (${of.join(', ')})`;
    this.limited.write({
      id: `${type} ${where}`,
      text: `${where}: ${text({ ...detail })}`,
      perMinute,
      write: (line) => this.logger[level](line),
    });
  };

  /** Writes a warning that comes once by itself. */
  warn(message: string): void {
    this.logger.warn(message);
  }

  /** Another context, whose lines are counted in the same way. */
  ofRequests(context: string): RequestLog {
    return new RequestLog(context, this.limited);
  }

  /** Writes what is counted so far. */
  close(): void {
    this.limited.close();
  }
}
