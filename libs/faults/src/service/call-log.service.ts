import { Injectable } from '@nestjs/common';
import { AccountCalls } from './account-calls.js';
import { Clock } from './clock.js';

/** The counted calls of every account. */
@Injectable()
export class CallLog {
  private readonly accounts = new Map<string, AccountCalls>();

  constructor(private readonly clock: Clock) {}

  of(account: string): AccountCalls {
    const calls = this.accounts.get(account) ?? new AccountCalls(() => this.clock.wallMs());
    this.accounts.set(account, calls);
    return calls;
  }

  reset(account: string): void {
    this.accounts.delete(account);
  }
}
