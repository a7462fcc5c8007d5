import type { Clock } from '@breakwater/core';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { SecretSource, SecretVersion, SourceParts } from '../contract/secret-source.js';

/** The result of a search: a secret and where it was, or why that cannot be told. */
export type Found =
  | { readonly secret: SecretVersion; readonly source: SecretSource }
  | { readonly failure: string; readonly source: SecretSource };

export interface OrderedSourcesParts {
  readonly sources: readonly SecretSource[];
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly random: () => number;
  changed(source: SecretSource): void;
}

/** The sources of an application: the first that has a secret answers for it. */
export class OrderedSources {
  private readonly opened = new Map<SecretSource, Promise<void>>();
  /** Ends what is waited for. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly parts: OrderedSourcesParts) {}

  get names(): string {
    return this.parts.sources.map(({ name }) => name).join(', ');
  }

  /**
   * These secrets, those of one source as of one moment where it can. A source that cannot tell is the answer as well:
   * a secret of the next one of that name is another secret.
   */
  async find(names: Iterable<string>): Promise<ReadonlyMap<string, Found>> {
    const found = new Map<string, Found>();
    for (const source of this.parts.sources) {
      const open = [...names].filter((name) => !found.has(name));
      if (open.length === 0) break;
      for (const [name, answer] of await this.ask(source, open)) found.set(name, answer);
    }
    return found;
  }

  async close(): Promise<void> {
    for (const stop of this.waiting) stop();
    await Promise.allSettled(this.parts.sources.map(async (source) => source.close?.()));
    this.opened.clear();
  }

  private async ask(source: SecretSource, names: readonly string[]): Promise<readonly (readonly [string, Found])[]> {
    const one = async (name: string) => {
      const secret = await this.limited(source, source.get(name));
      return secret === undefined ? [] : [[name, { secret, source }] as const];
    };
    const failed = (error: unknown) => ({ failure: reasonOf(error), source });
    try {
      await this.limited(source, this.open(source));
      if (source.getAll === undefined) {
        const each = names.map((name) => one(name).catch((error: unknown) => [[name, failed(error)] as const]));
        return (await Promise.all(each)).flat();
      }
      const all = await this.limited(source, source.getAll(names));
      return [...all].map(([name, secret]) => [name, { secret, source }] as const);
    } catch (error) {
      return names.map((name) => [name, failed(error)] as const);
    }
  }

  /** One that cannot be opened is opened again when it is asked next. */
  private open(source: SecretSource): Promise<void> {
    let opened = this.opened.get(source);
    if (opened === undefined) {
      const { clock, random, changed } = this.parts;
      const parts: SourceParts = { clock, random, changed: () => changed(source) };
      opened = (async () => source.open?.(parts))();
      this.opened.set(source, opened);
      opened.catch(() => this.opened.delete(source));
    }
    return opened;
  }

  /** The answer of a source, unless it takes too long or the application ends. Keeps no process alive by itself. */
  private limited<T>(source: SecretSource, asked: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.parts;
    return new Promise<T>((resolve, reject) => {
      const end = (reason: string) => reject(new SecretSourceError(source.name, reason));
      const timer = clock.scheduleForAll(timeoutMs, () => end(`no answer within ${timeoutMs} ms`));
      timer.unref();
      const stop = () => {
        timer.cancel();
        end('the application has ended');
      };
      this.waiting.add(stop);
      asked.then(resolve, reject).finally(() => {
        timer.cancel();
        this.waiting.delete(stop);
      });
    });
  }
}

/** The message of an error of this package. That of another may hold anything. */
function reasonOf(error: unknown): string {
  if (error instanceof SecretSourceError) return error.message;
  const { name, code } = Object(error) as { name?: unknown; code?: unknown };
  const word = [code, name].find((text) => typeof text === 'string' && /^[A-Za-z_]{1,60}$/.test(text));
  return `the source failed (${(word as string | undefined) ?? 'unknown error'})`;
}
