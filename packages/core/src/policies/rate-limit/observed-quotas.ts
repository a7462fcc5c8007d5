import type { QuotaReading } from '../../headers/quota-observation.js';
import type { Taken } from './taken.js';
import { ObservedQuota, type DatedReading } from './observed-quota.js';

/** A provider has a handful of quotas; more names than this are noise. */
const MOST_QUOTAS = 16;
/** As many operations are told apart by what they draw from. */
const MOST_OPERATIONS = 1000;

/**
 * The remainders of the provider's quotas, as it told them. Calls that are under way when a response arrives count
 * against it: the provider may not have counted them yet. Tokens held back for them in vain are given back by their
 * own responses.
 */
export class ObservedQuotas {
  /** How many calls are under way. */
  calls = 0;
  /** Their cost together. */
  private cost = 0;
  private readonly quotas = new Map<string, ObservedQuota>();
  /** The resource or bucket that the calls of an operation draw from, as their answers have named it. */
  private readonly scopes = new Map<string, string>();
  /** The same for calls of operations of which it is not known. */
  private commonScope: string | undefined;

  get knowsNothing(): boolean {
    return this.quotas.size === 0;
  }

  /** The scope of an operation's calls; `undefined` where it is not known. */
  scopeOf(operation: string): string | undefined {
    return this.scopes.get(operation);
  }

  /** Whether it is what calls draw from of which nothing else is known. */
  isCommon(scope: string): boolean {
    return this.commonScope === scope;
  }

  observe(said: QuotaReading, now: number, operation?: string): void {
    if (said.scope !== undefined && operation !== undefined) this.learnScope(operation, said.scope);
    if (isDated(said)) this.note(said, now);
  }

  /**
   * Milliseconds until every quota has enough left for so many calls that cost so much together; 0 when it has now or
   * nothing is known.
   */
  waitMs(now: number, cost: number, calls: number, scope = this.commonScope): number {
    let wait = 0;
    for (const quota of this.quotas.values()) {
      if (quota.isFor(scope)) wait = Math.max(wait, quota.waitMs(now, quota.perCall ? calls : cost));
    }
    return wait;
  }

  /** A call takes what it costs, until it leaves; one that costs nothing takes nothing. */
  take(now: number, cost: number, scope = this.commonScope): void {
    this.calls++;
    this.cost += cost;
    if (this.quotas.size === 0) return;
    for (const [name, quota] of this.quotas) {
      if (quota.isOver(now)) this.quotas.delete(name);
      else if (quota.isFor(scope)) quota.take(quota.perCall ? Math.min(1, cost) : cost, now);
    }
  }

  /** A call under way turned out to cost something else. Its response says what remains. */
  settle(from: number, to: number): void {
    this.cost += to - from;
  }

  /** A call is under way no longer. */
  leave({ cost }: Pick<Taken, 'cost'>): void {
    this.calls--;
    this.cost -= cost;
  }

  /**
   * The tokens that were taken were not used. Responses that came meanwhile have counted it, because it was under way.
   */
  giveBack({ cost }: Pick<Taken, 'cost'>, now: number, scope = this.commonScope): void {
    for (const quota of this.quotas.values()) {
      if (quota.isFor(scope)) quota.giveBack(quota.perCall ? Math.min(1, cost) : cost, now);
    }
  }

  /** Whether all of them are whole again. */
  isOver(now: number): boolean {
    for (const quota of this.quotas.values()) if (!quota.isOver(now)) return false;
    return true;
  }

  forget(): void {
    this.quotas.clear();
    this.scopes.clear();
    this.commonScope = undefined;
  }

  /**
   * By the calls under way beside the one whose response has come, which has not left yet; they are taken to cost the
   * same.
   */
  private takenByOthers(perCall: boolean): number {
    const { calls, cost } = this;
    if (calls === 0) return 0;
    return perCall ? calls - 1 : cost - cost / calls;
  }

  private note(said: DatedReading, now: number): void {
    // Less than nothing when more is under way than remains: as much must be given back before there is any.
    const left = said.remaining - this.takenByOthers(said.unit === 'requests');
    const known = this.quotas.get(keyOf(said));
    if (known !== undefined && known.hears(said, left, now)) return;
    if (known !== undefined || this.quotas.size < MOST_QUOTAS) {
      this.quotas.set(keyOf(said), new ObservedQuota(said, left, now));
      this.commonScope = this.findCommonScope();
    }
  }

  private learnScope(operation: string, scope: string): void {
    if (this.scopes.has(operation) || this.scopes.size < MOST_OPERATIONS) this.scopes.set(operation, scope);
  }

  /** GitHub's `core`, or the only one there is. */
  private findCommonScope(): string | undefined {
    const scopes = new Set([...this.quotas.values()].flatMap(({ scope }) => scope ?? []));
    if (scopes.size <= 1) return [...scopes].find((scope) => scope !== 'search' && scope !== 'graphql');
    return scopes.has('core') ? 'core' : undefined;
  }
}

function keyOf({ name, scope }: QuotaReading): string {
  return `${scope ?? ''}\n${name}`;
}

/** Whether it says when the quota is whole again, and that it is not by now. */
function isDated(said: QuotaReading): said is DatedReading {
  return said.resetMs !== undefined && said.resetMs > 0;
}
