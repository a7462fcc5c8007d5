import { SystemClock } from '@breakwater/core';
import { systemRandom } from '@breakwater/core/adapter';
import { readSourceOptions } from '../contract/read-source-options.js';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { SecretSource, SecretVersion, SourceParts } from '../contract/secret-source.js';
import { textFields } from '../contract/secret-value.js';
import { VaultRequests, type VaultAnswer } from './vault-requests.js';
import { VaultToken } from './vault-token.js';
import { vaultSchema, type VaultSecretsOptions } from './vault.options.js';

/**
 * Secrets in the key-value engine of HashiCorp Vault or OpenBao, version 2. `secret('payments#key')` is the field `key`
 * of the secret at `payments`; without a field, its `value` or only field, otherwise all of them as JSON. The version
 * before the current one is read along. Throws a `ResilienceConfigurationError` for options that cannot be used.
 *
 * Source: Vault's HTTP API, "KV secrets engine, version 2".
 */
export function vaultSecrets(given: VaultSecretsOptions): SecretSource {
  const settings = readSourceOptions(vaultSchema, given, 'vaultSecrets');
  const { auth, mount, prefix = '', refresh } = settings;
  let parts: Pick<SourceParts, 'clock' | 'random'> | undefined;
  const opened = () => (parts ??= { clock: new SystemClock(), random: systemRandom });
  const requests = new VaultRequests(settings, () => opened().clock);
  const newToken = () =>
    new VaultToken({ auth, requests, clock: () => opened().clock, random: () => opened().random() });
  let token = newToken();
  /** The versions before the current ones, which never change. */
  const before = new Map<string, Read | undefined>();

  /** A token may have been revoked: then it is come by anew, once. */
  const ask = async (path: string): Promise<VaultAnswer> => {
    const used = await token.get();
    try {
      return await requests.send({ purpose: 'reading', method: 'GET', path, token: used });
    } catch (error) {
      if (!(error instanceof SecretSourceError) || error.status !== 403 || !token.drop(used)) throw error;
      return requests.send({ purpose: 'reading', method: 'GET', path, token: await token.get() });
    }
  };
  const read = async (name: string, version?: number) => {
    const query = version === undefined ? '' : `?version=${version}`;
    return readAnswer(await ask(`${mount}/data/${pathOf(prefix + name)}${query}`));
  };
  const previousOf = async (name: string, version: number) => {
    const key = `${version} ${name}`;
    if (!before.has(key)) {
      const found = await read(name, version - 1);
      for (const known of before.keys()) if (known.endsWith(` ${name}`)) before.delete(known);
      before.set(key, found);
    }
    return before.get(key);
  };

  return {
    name: 'vault',
    refresh,
    async get(name) {
      const current = await read(name);
      if (current === undefined) return undefined;
      const { version, ...value } = current;
      // One that was destroyed, or may not be read, is none.
      const previous = version > 1 ? await previousOf(name, version).catch(() => undefined) : undefined;
      return { ...value, version: String(version), ...(previous && { previous }) } satisfies SecretVersion;
    },
    open(given) {
      token.close();
      parts = given;
      token = newToken();
    },
    close() {
      token.close();
      requests.close();
      before.clear();
    },
  };
}

interface Read {
  readonly value: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly version: number;
  readonly since?: number;
}

/** 404 is the answer for a secret that never was and for one that was deleted. */
function readAnswer({ status, body }: VaultAnswer): Read | undefined {
  if (status === 404) return undefined;
  const { data, metadata } = Object(body['data']) as { data?: unknown; metadata?: unknown };
  if (typeof data !== 'object' || data === null) {
    if (data === null) return undefined;
    throw new SecretSourceError('vault', 'the engine at this mount is no key-value engine of version 2');
  }
  const { version, created_time: created } = Object(metadata) as { version?: unknown; created_time?: unknown };
  const fields = textFields(data);
  const names = Object.keys(fields);
  const since = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return {
    value: fields['value'] ?? (names.length === 1 ? fields[names[0]!]! : JSON.stringify(data)),
    fields,
    version: typeof version === 'number' ? version : 1,
    ...(Number.isFinite(since) && { since }),
  };
}

function pathOf(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map(encodeURIComponent)
    .join('/');
}
