import { randomUUID } from 'node:crypto';

/** How tokens of a role hold. */
export interface TokenRole {
  /** Seconds; 0 for ever. */
  readonly ttl: number;
  /** The longest that renewals reach, in seconds from the login. Default: for ever. */
  readonly maxTtl?: number;
  readonly renewable?: boolean;
}

interface Token {
  readonly role: TokenRole;
  readonly madeAt: number;
  endsAt: number;
}

/** The tokens that a Vault has handed out. */
export class VaultTokens {
  private readonly tokens = new Map<string, Token>();

  constructor(private readonly now: () => number) {}

  /** Every token that was ever handed out. */
  readonly handedOut: string[] = [];

  /** Seconds. */
  leftOf(id: string): number {
    const token = this.tokens.get(id);
    return token === undefined ? 0 : Math.max(0, Math.round((token.endsAt - this.now()) / 1000));
  }

  isValid(id: string): boolean {
    const token = this.tokens.get(id);
    return token !== undefined && this.now() < token.endsAt;
  }

  make(role: TokenRole, id = `hvs.${randomUUID().replaceAll('-', '')}`): string {
    this.handedOut.push(id);
    const madeAt = this.now();
    this.tokens.set(id, { role, madeAt, endsAt: role.ttl === 0 ? Infinity : madeAt + role.ttl * 1000 });
    return id;
  }

  /** Whether the token could be renewed. */
  renew(id: string): boolean {
    const token = this.tokens.get(id);
    if (token === undefined || !this.isValid(id) || token.role.renewable === false) return false;
    const { ttl, maxTtl = Infinity } = token.role;
    token.endsAt = Math.min(this.now() + ttl * 1000, token.madeAt + maxTtl * 1000);
    return true;
  }

  isRenewable(id: string): boolean {
    const role = this.tokens.get(id)?.role;
    return role !== undefined && role.ttl > 0 && role.renewable !== false;
  }

  revoke(id: string): void {
    this.tokens.delete(id);
  }

  revokeAll(): void {
    this.tokens.clear();
  }
}
