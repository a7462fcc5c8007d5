import { TestClock } from '@breakwater/core/testing';
import type { SecretSource, SecretVersion } from '../contract/secret-source.js';
import { Secrets } from './secrets.js';
import type { SecretsEvent, SecretsOptions } from './secrets.options.js';

/** A source whose secrets, failures and answers a test decides. */
export class FakeSource implements SecretSource {
  readonly secrets = new Map<string, SecretVersion>();
  readonly asked: string[] = [];
  failure: Error | undefined;
  /** Holds every answer back until it resolves. */
  gate: Promise<void> | undefined;
  closed = 0;

  constructor(
    readonly name = 'fake',
    readonly refresh: SecretSource['refresh'] = '1m',
  ) {}

  set(name: string, value: string, rest: Partial<SecretVersion> = {}): void {
    const version = String(Number(this.secrets.get(name)?.version ?? 0) + 1);
    this.secrets.set(name, { value, version, ...rest });
  }

  async get(name: string): Promise<SecretVersion | undefined> {
    this.asked.push(name);
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    return this.secrets.get(name);
  }

  close(): void {
    this.closed++;
  }
}

/** Secrets over fake sources, with what they tell. */
export function startSecrets(sources: readonly SecretSource[], options: Partial<SecretsOptions> = {}) {
  const clock = new TestClock();
  const events: SecretsEvent[] = [];
  const secrets = new Secrets({
    sources,
    clock,
    random: () => 0,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { secrets, clock, events };
}
