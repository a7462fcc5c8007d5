import { accountOf, Clock, FixedWindow, ProblemException } from '@breakwater/faults';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

const LIMIT = 20;
const PER_MS = 1000;

/** Holds an account to 20 calls a second. No answer speaks of it but the 429. */
@Injectable()
export class LimitGuard implements CanActivate {
  private readonly windows = new Map<string, FixedWindow>();

  constructor(private readonly clock: Clock) {}

  canActivate(context: ExecutionContext): boolean {
    const account = accountOf(context.switchToHttp().getRequest<Request>());
    const window = this.windows.get(account) ?? new FixedWindow(LIMIT, PER_MS);
    this.windows.set(account, window);
    const { admitted, resetMs } = window.take(this.clock.now());
    if (admitted) return true;
    throw new ProblemException(429, `over the limit of ${LIMIT} calls a second`, {
      headers: { 'Retry-After': String(Math.ceil(resetMs / 1000)) },
    });
  }
}
