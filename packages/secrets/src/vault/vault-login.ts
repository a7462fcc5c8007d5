import { readFile } from 'node:fs/promises';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { VaultAnswer, VaultRequests } from './vault-requests.js';
import type { VaultCredential, VaultSettings } from './vault.options.js';

/** A token, and for how long it holds. */
export interface VaultLease {
  readonly token: string;
  /** 0: for ever, or for how long is not known. */
  readonly leaseMs: number;
  readonly renewable: boolean;
}

/**
 * Logs in, or looks at the token that was given. Source: Vault's HTTP API, "AppRole auth method", "Kubernetes auth
 * method" and "Token auth method".
 */
export async function vaultLogin(auth: VaultSettings['auth'], requests: VaultRequests): Promise<VaultLease> {
  const { token, appRole, kubernetes } = auth;
  if (token !== undefined) return lookUp(await textOf(token), requests);
  if (appRole !== undefined) {
    const { roleId, secretId, mount } = appRole;
    const body = {
      role_id: await textOf(roleId),
      ...(secretId !== undefined && { secret_id: await textOf(secretId) }),
    };
    return leaseOf(await requests.send({ purpose: 'login', method: 'POST', path: `auth/${mount}/login`, body }));
  }
  const { role, jwtFile, mount } = kubernetes!;
  const body = { role, jwt: await serviceAccountToken(jwtFile) };
  return leaseOf(await requests.send({ purpose: 'login', method: 'POST', path: `auth/${mount}/login`, body }));
}

/** The lease of a token that was renewed. */
export async function renewSelf(token: string, requests: VaultRequests): Promise<VaultLease> {
  return leaseOf(
    await requests.send({ purpose: 'renewal', method: 'POST', path: 'auth/token/renew-self', token, body: {} }),
  );
}

/** Whether another token is to be had once this one has ended. A function may return another. */
export function canLogIn({ token }: VaultSettings['auth']): boolean {
  return typeof token !== 'string';
}

async function lookUp(token: string, requests: VaultRequests): Promise<VaultLease> {
  try {
    const { body } = await requests.send({
      purpose: 'looking at the token',
      method: 'GET',
      path: 'auth/token/lookup-self',
      token,
    });
    const { ttl, renewable } = Object(body['data']) as { ttl?: unknown; renewable?: unknown };
    return { token, leaseMs: milliseconds(ttl), renewable: renewable === true };
  } catch (error) {
    // A token without the default policy may not look at itself, and may read all the same.
    if (error instanceof SecretSourceError && error.status === 403) return { token, leaseMs: 0, renewable: false };
    throw error;
  }
}

function leaseOf({ body }: VaultAnswer): VaultLease {
  const auth = Object(body['auth']) as { client_token?: unknown; lease_duration?: unknown; renewable?: unknown };
  if (typeof auth.client_token !== 'string' || auth.client_token === '')
    throw new SecretSourceError('vault', 'the login was answered without a token');
  return {
    token: auth.client_token,
    leaseMs: milliseconds(auth.lease_duration),
    renewable: auth.renewable === true,
  };
}

function milliseconds(seconds: unknown): number {
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0;
}

async function textOf(credential: VaultCredential): Promise<string> {
  if (typeof credential === 'string') return credential;
  try {
    return await credential();
  } catch {
    throw new SecretSourceError('vault', 'the function that reads the credential failed');
  }
}

/** Kubernetes replaces the token of a service account before it expires, so it is read for each login. */
async function serviceAccountToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    throw new SecretSourceError('vault', `the token of the service account cannot be read from ${file}`);
  }
}
