import type { SecretSource } from '../contract/secret-source.js';
import type { HeldSecret } from './held-secret.js';
import { nextRefreshMs } from './refresh-times.js';
import { Refreshing } from './refreshing.js';
import type { readSecretsOptions } from './secrets.options.js';

/** Secrets that are read together, so that those of one moment are swapped at one moment. */
interface Group {
  readonly members: Set<HeldSecret>;
  readonly refreshing: Refreshing;
  /** How often reading failed since it last did not. */
  failures: number;
}

export interface SecretGroupsParts {
  readonly settings: ReturnType<typeof readSecretsOptions>;
  /** Reads secrets anew. Returns those that could not be read. Never rejects. */
  read(members: readonly HeldSecret[]): Promise<readonly HeldSecret[]>;
}

/** When secrets are read anew: each by itself, or all of a source that tells them as of one moment. */
export class SecretGroups {
  private readonly groups = new Map<SecretSource | string, Group>();

  constructor(private readonly parts: SecretGroupsParts) {}

  /** Has a secret read anew from now on. */
  add(held: HeldSecret): void {
    const group = this.groupOf(held);
    group.refreshing.schedule(this.nextMs(group, held.source));
  }

  /** No longer has a secret read anew. */
  remove(held: HeldSecret): void {
    const group = this.groupOf(held);
    group.members.delete(held);
    if (group.members.size > 0) return;
    group.refreshing.stop();
    this.groups.delete(keyOf(held));
  }

  refreshingOf(held: HeldSecret): Refreshing {
    return this.groupOf(held).refreshing;
  }

  stop(): void {
    for (const { refreshing } of this.groups.values()) refreshing.stop();
  }

  private groupOf(held: HeldSecret): Group {
    const key = keyOf(held);
    let group = this.groups.get(key);
    if (group === undefined) {
      const refresh = () => this.refresh(made);
      const { clock } = this.parts.settings;
      const made: Group = { members: new Set(), failures: 0, refreshing: new Refreshing(clock, refresh) };
      this.groups.set(key, (group = made));
    }
    group.members.add(held);
    return group;
  }

  private async refresh(group: Group): Promise<number> {
    const members = [...group.members];
    const failed = await this.parts.read(members);
    group.failures = failed.length === 0 ? 0 : group.failures + 1;
    // Another source may answer for it now.
    for (const held of members) if (group.members.has(held) && this.groupOf(held) !== group) group.members.delete(held);
    const [first] = group.members;
    return first === undefined ? Infinity : this.nextMs(group, first.source);
  }

  private nextMs({ failures, members }: Group, of: SecretSource): number {
    const { sources, random, clock } = this.parts.settings;
    const { refreshMs } = sources.find(({ source }) => source === of)!;
    const ends = [...members].flatMap(({ notAfter }) => (notAfter === undefined ? [] : [notAfter - clock.wallNow()]));
    return nextRefreshMs({ refreshMs, failures, random, endsInMs: ends.length === 0 ? undefined : Math.min(...ends) });
  }
}

function keyOf({ source, name }: HeldSecret): SecretSource | string {
  return source.getAll === undefined ? name : source;
}
