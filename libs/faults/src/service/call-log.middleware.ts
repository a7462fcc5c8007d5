import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { Ending } from './account-calls.js';
import { claimedAccount } from './account.decorator.js';
import { CallLog } from './call-log.service.js';
import { REPLAYED_HEADER } from './idempotency.interceptor.js';

/** Counts a call as it arrives, before any fault can strike, and once more by what its client was told. */
@Injectable()
export class CallLogMiddleware implements NestMiddleware {
  constructor(private readonly log: CallLog) {}

  use(request: Request, response: Response, next: NextFunction): void {
    const account = claimedAccount(request);
    if (account !== undefined) {
      const calls = this.log.of(account);
      calls.arrived();
      response.once('close', () => calls.ended(endingOf(response)));
    }
    next();
  }
}

function endingOf(response: Response): Ending {
  if (!response.writableFinished) return 'dropped';
  if (response.statusCode === 429) return 'refused429';
  if (response.statusCode >= 400) return 'failed';
  return response.hasHeader(REPLAYED_HEADER) ? 'replayed' : 'answered';
}
