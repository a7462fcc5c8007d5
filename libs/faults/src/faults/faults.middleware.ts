import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Clock } from '../service/clock.js';
import { ProblemException } from '../service/problem.exception.js';
import type { FateEnd } from './fates.js';
import { Faults } from './faults.service.js';

/** Lets the active faults strike a request before its handler sees it. */
@Injectable()
export class FaultsMiddleware implements NestMiddleware {
  constructor(
    private readonly faults: Faults,
    private readonly clock: Clock,
  ) {}

  async use(request: Request, response: Response, next: NextFunction): Promise<void> {
    const { delayMs, end } = this.faults.decide();
    if (delayMs > 0) await this.clock.sleep(delayMs);

    switch (end.kind) {
      case 'work':
        return next();
      case 'hang':
        return;
      case 'refuse':
        throw refusal(end);
      case 'drop-before-work':
        request.socket.resetAndDestroy();
        return;
      case 'drop-after-work':
        resetInsteadOfAnswering(request, response);
        return next();
    }
  }
}

function refusal({ status, retryAfterSeconds }: FateEnd & { kind: 'refuse' }): ProblemException {
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return new ProblemException(status, 'a fault is active', { headers });
}

/** Nothing of an answer leaves before `end`, and by then the handler has done its work. */
function resetInsteadOfAnswering(request: Request, response: Response): void {
  response.end = () => {
    request.socket.resetAndDestroy();
    return response;
  };
}
