import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVault, type VaultOptions, type VaultServer } from '@breakwater/servers';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import nodeVault from 'node-vault';
import { Secrets } from '../held/secrets.js';
import { secretSourceContract } from '../testing/index.js';
import { vaultSecrets } from './vault-secrets.js';
import type { VaultSecretsOptions } from './vault.options.js';

const ROLE = { roleId: 'role-5f1c4a2e', secretId: 'secret-id-0b9d7e6f3a' };
const appRole = (ttl: number, rest: { maxTtl?: number; renewable?: boolean } = {}) => ({ ...ROLE, ttl, ...rest });

const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of clean.splice(0).toReversed()) await each();
});

/** A server and a source whose time is the same clock's. */
async function start(options: VaultOptions = {}, given: Partial<VaultSecretsOptions> = {}) {
  const clock = new TestClock();
  const vault = await startVault({ now: () => clock.wallNow(), ...options });
  const auth = options.appRole === undefined ? { token: 'root' } : { appRole: ROLE };
  const source = vaultSecrets({ address: vault.url, auth, ...given });
  await source.open!({ clock, random: () => 0, changed: () => undefined });
  clean.push(
    () => vault.stop(),
    () => source.close!(),
  );
  return { vault, source, clock };
}

function logins(vault: VaultServer): number {
  return vault.requests.filter((request) => request.endsWith('/login')).length;
}

function renewals(vault: VaultServer): number {
  return vault.requests.filter((request) => request.endsWith('renew-self')).length;
}

/** Lets the clock go on until the server has been asked, which takes real time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('vaultSecrets', () => {
  secretSourceContract(async () => {
    const vault = await startVault({ appRole: appRole(3600) });
    return {
      source: vaultSecrets({ address: vault.url, auth: { appRole: ROLE } }),
      set: (name, value) => vault.write(name, { value }),
      remove: (name) => vault.forget(name),
      fail: (failing) => vault.failWith(failing ? 503 : undefined),
      keepsPrevious: true,
      credentials: [ROLE.roleId, ROLE.secretId],
      close: () => vault.stop(),
    };
  });

  it('reads the parts of a secret at its path, and the only one without naming it', async () => {
    const { vault, source } = await start({}, { prefix: 'shop/' });
    vault.write('shop/payments', { key: 'sk_live_1', attempts: 3 });
    vault.write('shop/email', { token: 'em_1' });
    expect(await source.get('payments')).toMatchObject({
      value: '{"key":"sk_live_1","attempts":3}',
      fields: { key: 'sk_live_1', attempts: '3' },
      version: '1',
    });
    expect(await source.get('email')).toMatchObject({ value: 'em_1' });
  });

  it('sees the version that an operator wrote with a client of Vault, and says that a deleted one is none', async () => {
    const { vault, source } = await start();
    const operator = nodeVault({ endpoint: vault.url, token: 'root' });
    await operator.write('secret/data/payments', { data: { key: 'first' } });
    await operator.write('secret/data/payments', { data: { key: 'second' } });
    expect(await source.get('payments')).toMatchObject({
      version: '2',
      fields: { key: 'second' },
      previous: { fields: { key: 'first' } },
    });
    await operator.delete('secret/data/payments');
    expect(await source.get('payments')).toBeUndefined();
  });

  it('sees what a client of Vault sees, which the server serves as well', async () => {
    const { vault } = await start({ appRole: appRole(60) });
    vault.write('payments', { key: 'first' });
    const client = nodeVault({ endpoint: vault.url });
    const { auth } = await client.approleLogin({ role_id: ROLE.roleId, secret_id: ROLE.secretId });
    expect(auth).toMatchObject({ lease_duration: 60, renewable: true });
    client.token = auth.client_token as string;
    expect((await client.read('secret/data/payments')).data.data).toEqual({ key: 'first' });
    expect((await client.tokenRenewSelf()).auth).toMatchObject({ lease_duration: 60 });
    expect((await client.tokenLookupSelf()).data).toMatchObject({ ttl: 60, renewable: true });
    await client.tokenRevokeSelf();
    await expect(client.read('secret/data/payments')).rejects.toThrow('permission denied');
  });

  it('logs in with the token of the service account, which is read for each login', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'breakwater-jwt-'));
    clean.push(() => rm(directory, { recursive: true }));
    const jwtFile = join(directory, 'token');
    await writeFile(jwtFile, 'header.payload.signature\n');
    const kubernetes = { role: 'shop', jwt: 'header.payload.signature', ttl: 60 };
    const { vault, source } = await start({ kubernetes }, { auth: { kubernetes: { role: 'shop', jwtFile } } });
    vault.write('payments', { key: 'first' });
    expect(await source.get('payments')).toMatchObject({ value: 'first' });
    await rm(jwtFile);
    vault.revokeTokens();
    await expect(source.get('payments')).rejects.toThrow(/token of the service account cannot be read/);
  });

  describe('its token', () => {
    it('is come by once for all that wait for it', async () => {
      const { vault, source } = await start({ appRole: appRole(60) });
      for (let n = 0; n < 20; n++) vault.write(`s${n}`, { value: `v${n}` });
      await Promise.all(Array.from({ length: 20 }, (_, n) => source.get(`s${n}`)));
      expect(logins(vault)).toBe(1);
    });

    it('is renewed at two thirds of its lease, without a new login', async () => {
      const { vault, source, clock } = await start({ appRole: appRole(60) });
      vault.write('payments', { value: 'first' });
      await source.get('payments');
      for (let renewed = 1; renewed <= 10; renewed++) {
        await clock.advance('39s');
        expect(renewals(vault)).toBe(renewed - 1);
        await clock.advance('1s');
        await until(() => renewals(vault) === renewed);
        expect(renewals(vault)).toBe(renewed);
      }
      expect(await source.get('payments')).toMatchObject({ value: 'first' });
      expect(logins(vault)).toBe(1);
    });

    it('is replaced by a new login before its maximum', async () => {
      const { vault, source, clock } = await start({ appRole: appRole(60, { maxTtl: 100 }) });
      vault.write('payments', { value: 'first' });
      await source.get('payments');
      for (let seconds = 0; seconds < 300; seconds += 10) {
        await clock.advance('10s');
        await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await source.get('payments')).toMatchObject({ value: 'first' });
      }
      expect(logins(vault)).toBeGreaterThanOrEqual(3);
      expect(vault.requests.length).toBeLessThan(60);
    });

    it('is never renewed where it is not renewable: it is come by anew', async () => {
      const { vault, source, clock } = await start({ appRole: appRole(60, { renewable: false }) });
      vault.write('payments', { value: 'first' });
      await source.get('payments');
      await clock.advance('40s');
      await until(() => logins(vault) === 2);
      expect([logins(vault), renewals(vault)]).toEqual([2, 0]);
    });

    it('is come by anew when it was revoked, and the secret is read all the same', async () => {
      const { vault, source } = await start({ appRole: appRole(60) });
      vault.write('payments', { value: 'first' });
      await source.get('payments');
      vault.revokeTokens();
      expect(await source.get('payments')).toMatchObject({ value: 'first' });
      expect(logins(vault)).toBe(2);
    });

    it('that was given is renewed, and is not tried for ever once it is refused', async () => {
      const { vault, source } = await start({}, { auth: { token: 'of another server' } });
      await expect(source.get('payments')).rejects.toThrow('vault: reading: 403, permission denied');
      expect(logins(vault)).toBe(0);
    });

    it('holds no timer once the source is closed', async () => {
      const { vault, source, clock } = await start({ appRole: appRole(60) });
      vault.write('payments', { value: 'first' });
      await source.get('payments');
      expect(clock.pendingTimers()).toBeGreaterThan(0);
      expect(clock.pendingTimers('referenced')).toBe(0);
      await source.close!();
      clock.close();
      expect(clock.pendingTimers()).toBe(0);
    });
  });

  it('answers with the last known value while the server is sealed, and with the new one afterwards', async () => {
    const { vault, source, clock } = await start();
    vault.write('payments', { key: 'first' });
    const told: string[] = [];
    const secrets = new Secrets({
      sources: [source],
      clock,
      random: () => 0,
      onEvent: (event) => told.push(`${event.type}${'reason' in event ? ` ${event.reason}` : ''}`),
    });
    clean.push(() => secrets.close());
    await secrets.load(['payments#key']);
    vault.failWith(503);
    vault.write('payments', { key: 'second' });
    await clock.advance('1m');
    await until(() => told.length === 1);
    expect(secrets.get('payments#key')).toBe('first');
    expect(told).toEqual(['unavailable vault: reading: 503, it is sealed, or under maintenance']);
    vault.failWith(undefined);
    await clock.advance('1s');
    await until(() => told.length === 3);
    expect(secrets.get('payments#key')).toBe('second');
    expect(told.slice(1)).toEqual(['restored', 'rotated']);
  });

  it('says what is wrong with its options, and shows no credential', () => {
    const token = 'hvs.CAESIJRM-T1q5lE';
    const wrong = { address: `https://user:${token}@vault`, auth: { token, appRole: { roleId: 7 } }, tokn: token };
    let message = '';
    try {
      vaultSecrets(wrong as never);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/vaultSecrets\.address: text given; expected an http or https URL without a user/);
    expect(message).toMatch(/vaultSecrets\.auth\.appRole\.roleId: number given/);
    expect(message).not.toContain(token);
  });
});
