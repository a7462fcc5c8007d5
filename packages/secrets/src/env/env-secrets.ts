import type { Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { readSourceOptions } from '../contract/read-source-options.js';
import type { SecretSource } from '../contract/secret-source.js';

/** The environment variables that are read. */
export interface EnvSecretsOptions {
  /** Precedes every name: with `'SHOP_'`, `secret('API_KEY')` is the variable `SHOP_API_KEY`. Default none. */
  prefix?: string;
  /** How often the variables are looked at anew. Default `'1m'`. */
  refresh?: Duration;
  /** Default: the process's. */
  environment?: Readonly<Record<string, string | undefined>>;
}

const schema = settings.options({
  prefix: settings.optional(settings.text()),
  refresh: settings.optional(settings.duration({ min: 1000 }), 60_000),
});

/**
 * Secrets in environment variables. An empty variable is none. Throws a `ResilienceConfigurationError` for options that
 * cannot be used.
 */
export function envSecrets({ environment = process.env, ...given }: EnvSecretsOptions = {}): SecretSource {
  const { prefix = '', refresh } = readSourceOptions(schema, given, 'envSecrets');
  const seen = new Map<string, { readonly value: string; readonly version: number }>();
  return {
    name: 'env',
    refresh,
    async get(name) {
      const value = environment[prefix + name];
      if (value === undefined || value === '') return undefined;
      const last = seen.get(name);
      // A digest of the value would tell of it.
      const version = last === undefined ? 1 : last.version + (last.value === value ? 0 : 1);
      seen.set(name, { value, version });
      return { value, version: String(version) };
    },
  };
}
