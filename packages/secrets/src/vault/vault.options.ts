import type { Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import * as v from 'valibot';

/** Text, or a function that reads it anew for each login, so that it can be rotated. */
export type VaultCredential = string | (() => string | Promise<string>);

/** How a token is come by: one that is given, or a login. */
export type VaultAuth =
  | { token: VaultCredential }
  | { appRole: { roleId: VaultCredential; secretId?: VaultCredential; mount?: string } }
  | { kubernetes: { role: string; jwtFile?: string; mount?: string } };

/** The address of Vault, the login, and where the secrets stand. */
export interface VaultSecretsOptions {
  /** Scheme, host and port, for example `'https://vault.internal:8200'`. */
  address: string;
  /** `token`, `appRole` or `kubernetes`. */
  auth: VaultAuth;
  /** Where the key-value engine, version 2, is mounted. Default `'secret'`. */
  mount?: string;
  /** Precedes every name: with `'shop/'`, `secret('payments#key')` is `key` of `shop/payments`. Default none. */
  prefix?: string;
  /** The namespace of the engine and of the login, where the server has namespaces. */
  namespace?: string;
  /** How often secrets are read anew. Their versions have no lease. Default `'1m'`. */
  refresh?: Duration;
  /** How long one request may take. Default `'5s'`. */
  timeout?: Duration;
  /** Sends the requests: for a certificate authority or a proxy of your own. Default: the process's `fetch`. */
  fetch?: typeof globalThis.fetch;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const credential = v.custom<VaultCredential>(
  (value) => (typeof value === 'string' && value !== '') || typeof value === 'function',
  'expected text, or a function that returns it',
);
const isAddress = (value: unknown) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) && new URL(value).username === '';
const path = () => settings.text('a path');

const auth = settings.consistent(
  settings.options({
    token: settings.optional(credential),
    appRole: settings.optional(
      settings.options({
        roleId: credential,
        secretId: settings.optional(credential),
        mount: settings.optional(path(), 'approle'),
      }),
    ),
    kubernetes: settings.optional(
      settings.options({
        role: settings.text(),
        jwtFile: settings.optional(path(), SERVICE_ACCOUNT),
        mount: settings.optional(path(), 'kubernetes'),
      }),
    ),
  }),
  ['token', 'appRole', 'kubernetes'],
  (given) =>
    Object.values(given).filter((way) => way !== undefined).length === 1
      ? undefined
      : { at: 'token', message: 'expected exactly one of token, appRole and kubernetes' },
);

export const vaultSchema = settings.options({
  address: v.custom<string>(isAddress, 'expected an http or https URL without a user, such as https://vault:8200'),
  auth,
  mount: settings.optional(path(), 'secret'),
  prefix: settings.optional(path()),
  namespace: settings.optional(path()),
  refresh: settings.optional(settings.duration({ min: 1000 }), 60_000),
  timeout: settings.optional(settings.duration({ min: 1, max: 600_000 }), 5000),
  fetch: settings.optional(settings.callback<typeof globalThis.fetch>('a fetch')),
});

export type VaultSettings = settings.SettingsOf<typeof vaultSchema>;
