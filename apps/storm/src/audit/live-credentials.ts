import { randomBytes } from 'node:crypto';

/** The credentials of one run. Each is made anew, so that where one stands, it was printed in this run. */
export class LiveCredentials {
  private readonly made: string[] = [];

  get all(): readonly string[] {
    return this.made;
  }

  /** A new one that begins with this text, which is no secret. */
  make(prefix: string): string {
    const secret = randomBytes(24).toString('hex');
    this.made.push(secret);
    return `${prefix}${secret}`;
  }

  /** Further ones, made elsewhere. */
  add(...credentials: readonly string[]): void {
    this.made.push(...credentials);
  }
}
