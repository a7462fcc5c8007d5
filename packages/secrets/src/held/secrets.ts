import { inspect } from 'node:util';
import type { SecretSource } from '../contract/secret-source.js';
import { HeldSecret, type Moment } from './held-secret.js';
import { MissingSecrets } from './missing-secrets.js';
import { OrderedSources, type Found } from './ordered-sources.js';
import { SecretGroups } from './secret-groups.js';
import { readSecretName, type SecretName } from './secret-name.js';
import { readSecretsOptions, type SecretsEvent, type SecretsOptions } from './secrets.options.js';

/** One secret as an operator sees it. */
export interface SecretSnapshot {
  readonly name: string;
  readonly source: string;
  readonly version: string;
  /** How long ago it was read last, in milliseconds. */
  readonly ageMs: number;
  /** Why it could not be read since then. The value that was read last is in use. */
  readonly failure?: string;
  /** When the value ends, in epoch milliseconds. */
  readonly notAfter?: number;
}

/** How long a refusal brings no other reading after one that brought the same value, or that failed. */
const SAME_MS = 5000;
const FAILED_MS = 1000;
/** How often reading is tried before the application begins without a secret, and how long it waits in between. */
const LOAD_TRIES = 3;
const LOAD_RETRY_MS = 500;

/**
 * The secrets of one application: read before they are used, kept while their source is down, read anew in the
 * background, and swapped at one moment. `get` never waits.
 */
export class Secrets {
  private readonly settings: ReturnType<typeof readSecretsOptions>;
  private readonly sources: OrderedSources;
  private readonly held = new Map<string, HeldSecret>();
  private readonly groups: SecretGroups;
  /** Those that are held whether they are used or not. */
  private readonly kept = new Set<string>();
  private readonly names = new Map<string, SecretName>();
  private readonly missing: MissingSecrets;
  private readonly loading = new Map<string, Promise<void>>();
  /** When a refusal may bring about the next reading. */
  private readonly renewFrom = new Map<string, number>();
  private isClosed = false;

  /** Throws a `ResilienceConfigurationError` for options that cannot be used. */
  constructor(options: SecretsOptions) {
    this.settings = readSecretsOptions(options);
    const { clock, timeoutMs, random } = this.settings;
    const sources = this.settings.sources.map(({ source }) => source);
    const changed = (source: SecretSource) => this.changed(source);
    this.sources = new OrderedSources({ sources, clock, timeoutMs, random, changed });
    this.missing = new MissingSecrets(clock, this.sources.names);
    this.groups = new SecretGroups({ settings: this.settings, read: (members) => this.readAgain(members) });
  }

  /**
   * Reads secrets for the first time, `'name'` or `'name#part'`. Those that are not to be had are told by `get`: this
   * never rejects. With `keep: false` they are forgotten again once they were not used from one reading to the next.
   */
  async load(references: Iterable<string>, { keep = true } = {}): Promise<void> {
    const names = new Set([...references].map((reference) => this.nameOf(reference).name));
    if (keep) names.forEach((name) => this.kept.add(name));
    const wanted = [...names].filter((name) => !this.held.has(name) && !this.missing.has(name));
    const fresh = wanted.filter((name) => !this.loading.has(name));
    if (fresh.length > 0) {
      const first = this.settings.clock.runForAll(() => this.first(fresh));
      const loading = first.finally(() => fresh.forEach((name) => this.loading.delete(name)));
      for (const name of fresh) this.loading.set(name, loading);
    }
    await Promise.all(wanted.map((name) => this.loading.get(name)));
  }

  /** Whether `load` has nothing to do for these. */
  isLoaded(references: Iterable<string>): boolean {
    return [...references].every((reference) => this.held.has(this.nameOf(reference).name));
  }

  /** The value of a secret as it was read last. Throws an error that says why there is none. */
  get(reference: string): string {
    const { name, field } = this.nameOf(reference);
    const held = this.held.get(name);
    const value = held?.value(field);
    if (value !== undefined) return value;
    throw held === undefined ? this.missing.error(name) : this.missing.partError(name, field);
  }

  /** The value of a secret, and after it those that it had within `keepPrevious`. Throws as `get` does. */
  valid(reference: string): readonly string[] {
    const { name, field } = this.nameOf(reference);
    const values = this.held.get(name)?.valid(field, this.settings.clock.now()) ?? [];
    return values.length > 0 ? values : [this.get(reference)];
  }

  /**
   * Has a secret read anew whose value `used` was refused. Whether it has another value now. Many refusals bring about
   * one reading; after one that brought no other value the next comes five seconds later, and a second after one that
   * failed.
   */
  async renew(reference: string, used: string): Promise<boolean> {
    const { name, field } = this.nameOf(reference);
    const held = this.held.get(name);
    if (held === undefined) return false;
    if (held.value(field) !== used) return true;
    const refreshing = this.groups.refreshingOf(held);
    const now = this.settings.clock.now();
    if (now >= (this.renewFrom.get(name) ?? -Infinity)) {
      // Until the answer is there, all wait for this one.
      this.renewFrom.set(name, Infinity);
      await refreshing.again();
      this.renewFrom.set(
        name,
        held.value(field) === used ? now + (held.failure === undefined ? SAME_MS : FAILED_MS) : now,
      );
    } else await refreshing.settled();
    return held.value(field) !== used;
  }

  /** Every secret that is held, without its value. */
  snapshot(): readonly SecretSnapshot[] {
    const now = this.settings.clock.now();
    return [...this.held.values()].map(({ name, source, version, readAt, failure, notAfter }) => ({
      name,
      source: source.name,
      version,
      ageMs: Math.round(now - readAt),
      ...(failure !== undefined && { failure }),
      ...(notAfter !== undefined && { notAfter }),
    }));
  }

  /** Ends every timer and watch. The values that were read stay readable. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.groups.stop();
    await this.sources.close();
  }

  toJSON(): readonly SecretSnapshot[] {
    return this.snapshot();
  }

  [inspect.custom](): string {
    return `Secrets ${inspect(this.snapshot())}`;
  }

  private nameOf(reference: string): SecretName {
    const known = this.names.get(reference);
    if (known !== undefined) return known;
    const name = readSecretName(reference);
    // Names that are asked for may come from the outside: none is remembered that is not the application's own.
    if (this.kept.has(name.name)) this.names.set(reference, name);
    return name;
  }

  private async first(names: readonly string[]): Promise<void> {
    let wanted = names;
    for (let tries = 1; ; tries++) {
      const found = await this.sources.find(wanted);
      for (const name of wanted) this.keepFirst(name, found.get(name));
      wanted = wanted.filter((name) => hasFailed(found.get(name)));
      if (wanted.length === 0 || tries === LOAD_TRIES || this.isClosed) return;
      await this.settings.clock.sleep(LOAD_RETRY_MS * 2 ** (tries - 1));
    }
  }

  private keepFirst(name: string, found: Found | undefined): void {
    if (this.isClosed) return;
    if (found === undefined) return this.missing.note(name, undefined);
    if ('failure' in found) return this.missing.note(name, found.failure);
    this.missing.forget(name);
    const held = new HeldSecret(name, found.source, found.secret, this.taken());
    this.held.set(name, held);
    this.groups.add(held);
  }

  private changed(source: SecretSource): void {
    for (const held of this.held.values()) {
      if (held.source === source) void this.groups.refreshingOf(held).again();
    }
  }

  private async readAgain(members: readonly HeldSecret[]): Promise<readonly HeldSecret[]> {
    const wanted = members.filter((held) => !this.forgets(held));
    const found = await this.sources.find(wanted.map(({ name }) => name));
    return this.isClosed ? [] : wanted.filter((held) => !this.take(held, found.get(held.name)));
  }

  /** A secret that requests have asked for is held while they do: names of tenants come from the outside. */
  private forgets(held: HeldSecret): boolean {
    if (this.kept.has(held.name) || held.wasUsed()) return false;
    this.held.delete(held.name);
    this.renewFrom.delete(held.name);
    this.groups.remove(held);
    return true;
  }

  /** Takes what was found of a secret. Whether it could be read. */
  private take(held: HeldSecret, found: Found | undefined): boolean {
    const { name } = held;
    const source = held.source.name;
    if (found === undefined || 'failure' in found) {
      const reason = found?.failure ?? `${source}: it is not there any more`;
      held.failure = reason;
      this.tell({
        type: 'unavailable',
        name,
        source,
        reason,
        ageMs: Math.round(this.settings.clock.now() - held.readAt),
      });
      return false;
    }
    if (held.failure !== undefined) this.tell({ type: 'restored', name, source });
    held.source = found.source;
    if (held.take(found.secret, this.taken()))
      this.tell({ type: 'rotated', name, source: found.source.name, version: held.version });
    return true;
  }

  private taken(): { moment: Moment; keepPreviousMs: number } {
    const { clock, keepPreviousMs } = this.settings;
    return { moment: { now: clock.now(), wall: clock.wallNow() }, keepPreviousMs };
  }

  private tell(event: SecretsEvent): void {
    try {
      this.settings.onEvent(event);
    } catch {
      // A listener's failure is no reason to lose a secret.
    }
  }
}

function hasFailed(found: Found | undefined): boolean {
  return found !== undefined && 'failure' in found;
}
