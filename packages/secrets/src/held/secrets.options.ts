import { SystemClock, type Clock, type Duration } from '@breakwater/core';
import { settings, systemRandom } from '@breakwater/core/adapter';
import * as v from 'valibot';
import { readSourceOptions } from '../contract/read-source-options.js';
import type { SecretSource } from '../contract/secret-source.js';

/** Something that happened to a secret. Never its value. */
export type SecretsEvent =
  /** Another value is in use. */
  | { readonly type: 'rotated'; readonly name: string; readonly source: string; readonly version: string }
  /** It could not be read anew; the value that was read last stays in use. */
  | {
      readonly type: 'unavailable';
      readonly name: string;
      readonly source: string;
      readonly reason: string;
      /** How long ago it was read last, in milliseconds. */
      readonly ageMs: number;
    }
  /** It can be read again. */
  | { readonly type: 'restored'; readonly name: string; readonly source: string };

/** Where secrets are read from, and how long former values are accepted. */
export interface SecretsOptions {
  /** The first source that has a secret answers for it. */
  sources: readonly SecretSource[];
  /** How long the values before the current one are still accepted, such as for webhooks. Default `'1h'`. */
  keepPrevious?: Duration;
  /** How long one reading may take. Default `'10s'`. */
  timeout?: Duration;
  /** Is told of rotations and failures. */
  onEvent?: (event: SecretsEvent) => void;
  clock?: Clock;
  random?: () => number;
}

const isSource = (value: unknown) => {
  const { name, get } = Object(value) as { name?: unknown; get?: unknown };
  return typeof name === 'string' && typeof get === 'function';
};
const schema = settings.options({
  sources: v.custom<readonly SecretSource[]>(
    (value) => Array.isArray(value) && value.length > 0 && value.every(isSource),
    'expected a list of sources, for example [envSecrets()]',
  ),
  keepPrevious: settings.optional(settings.duration(), 3_600_000),
  timeout: settings.optional(settings.duration({ min: 1 }), 10_000),
});

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readSecretsOptions({ onEvent, clock, random, ...given }: SecretsOptions) {
  const { sources, keepPrevious: keepPreviousMs, timeout: timeoutMs } = readSourceOptions(schema, given, 'Secrets');
  return {
    sources: sources.map((source) => ({ source, refreshMs: refreshOf(source) })),
    keepPreviousMs,
    timeoutMs,
    onEvent: onEvent ?? (() => undefined),
    clock: clock ?? new SystemClock(),
    random: random ?? systemRandom,
  };
}

function refreshOf({ name, refresh }: SecretSource): number {
  return readSourceOptions(settings.options({ refresh: settings.duration({ min: 1 }) }), { refresh }, name).refresh;
}
