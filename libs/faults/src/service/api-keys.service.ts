import { Injectable } from '@nestjs/common';

/** The API keys of accounts that have rotated theirs: of all others, any is taken. */
@Injectable()
export class ApiKeys {
  private readonly accepted = new Map<string, ReadonlySet<string>>();

  /** Takes these keys of an account from now on, and no others. */
  accept(account: string, keys: readonly string[]): void {
    this.accepted.set(account, new Set(keys));
  }

  /** Takes any key of any account again. */
  acceptAll(): void {
    this.accepted.clear();
  }

  isAccepted(account: string, key: string): boolean {
    return this.accepted.get(account)?.has(key) ?? true;
  }
}
