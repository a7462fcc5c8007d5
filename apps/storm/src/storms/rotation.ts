import { startVault, type VaultServer } from '@breakwater/servers';
import { auditTwin } from '../audit/audit-twin.js';
import { credentialsInLogs } from '../audit/credentials-in-logs.js';
import type { LiveCredentials } from '../audit/live-credentials.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { ordersOfRun } from '../load/order.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import type { TwinChanges } from '../twin.js';
import { type Twins, withBoth } from '../twins.js';

const RATE = 25;
const LOAD_S = 6;
/** When the key is rotated, in seconds after the load has begun. */
const ROTATIONS_S = [2, 4] as const;
/** For how long Vault is sealed in between, once the new key was fetched. */
const SEALED_S = 0.5;
/** How long a key may take to be fetched, after the one before was revoked. */
const FETCHED_WITHIN_MS = 5_000;
/** The path of the key in Vault: the checkout's prefix, and the name of the secret. */
const PATH = 'checkout/PAYMENTS_API_KEY';

export const rotation: Storm<Facts> = {
  name: 'rotation',
  title: `the key of payments is rotated ${ROTATIONS_S.length} times under load, and the old one revoked at once`,

  async run(stage) {
    const { credentials } = stage;
    const keys = new RotatedKeys(credentials);
    const role = { roleId: credentials.make('role-'), secretId: credentials.make('') };
    const vault = await startVault({ appRole: { ...role, ttl: 60 } });
    vault.write(PATH, { value: keys.of('protected') });
    try {
      return await stage.withTwins(checkouts(vault, role, keys), async (rotating) => {
        await rotating.prepare('rotation', { rate: RATE });
        rotating.progress.phase(`${LOAD_S} s at ${RATE} orders/s; Vault is sealed for ${SEALED_S} s as well`);
        const [journeys] = await Promise.all([
          rotating.load({ orders: ordersOfRun('rotation', RATE * LOAD_S), rate: RATE }),
          rotate(rotating, vault, keys),
        ]);
        const audits = await withBoth(rotating.twins, (twin) => auditTwin(rotating, twin, journeys[twin.name]));
        await rotating.payments.acceptAllKeys();
        credentials.add(...vault.tokens);
        const leaks = await credentialsInLogs(stage.file('.'), credentials.all);
        return { facts: await withBoth(audits, async (audit) => ({ audit, leaks })), figures, promises };
      });
    } finally {
      await vault.stop();
    }
  },
};

interface Facts {
  readonly audit: OrderAudit;
  /** Live credentials in the logs of the whole run. */
  readonly leaks: readonly string[];
}

/** The keys of both merchants: what stands before the dot is the merchant's name. */
class RotatedKeys {
  private readonly current: Record<string, string> = {};

  constructor(private readonly credentials: LiveCredentials) {}

  of(name: keyof Twins<unknown>): string {
    return this.current[name] ?? this.next(name);
  }

  next(name: keyof Twins<unknown>): string {
    return (this.current[name] = this.credentials.make(`merchant_${name}_rotating.`));
  }
}

/** One reads its key from Vault, the other from its environment, as most applications do. */
function checkouts(
  { url }: VaultServer,
  role: { readonly roleId: string; readonly secretId: string },
  keys: RotatedKeys,
): Twins<TwinChanges> {
  const inVault = { VAULT_ADDR: url, VAULT_ROLE_ID: role.roleId, VAULT_SECRET_ID: role.secretId, PAYMENTS_API_KEY: '' };
  return {
    unprotected: { account: 'unprotected_rotating', env: { PAYMENTS_API_KEY: keys.of('unprotected') } },
    protected: { account: 'protected_rotating', env: inVault },
  };
}

async function rotate(stage: Stage, vault: VaultServer, keys: RotatedKeys): Promise<void> {
  const { unprotected, protected: guarded } = stage.twins;
  const inEnvironment = keys.of('unprotected');
  const beganAt = stage.clock.now();
  const until = (seconds: number) => stage.pause(Math.max(0, beganAt + seconds * 1_000 - stage.clock.now()));
  const revoke = async () => {
    const asked = vault.requests.length;
    vault.write(PATH, { value: keys.next('protected') });
    await stage.payments.acceptKeys(guarded.merchant, [keys.of('protected')]);
    await stage.payments.acceptKeys(unprotected.merchant, [keys.next('unprotected')]);
    const deadline = stage.clock.now() + FETCHED_WITHIN_MS;
    while (vault.requests.length === asked && stage.clock.now() < deadline) await stage.pause(20);
  };
  await until(ROTATIONS_S[0]);
  await revoke();
  vault.failWith(503);
  await stage.pause(SEALED_S * 1_000);
  vault.failWith(undefined);
  await until(ROTATIONS_S[1]);
  await revoke();
  await until(LOAD_S);
  // Its operator would restart it with the new key.
  await stage.payments.acceptKeys(unprotected.merchant, [keys.of('unprotected'), inEnvironment]);
}

function figures({ audit, leaks }: Facts): Figures {
  return {
    orders: audit.orders,
    rotations: ROTATIONS_S.length,
    acceptedAtFirst: audit.acceptedAtFirst,
    lost: audit.lost,
    doubleCharges: audit.doubleCharges,
    credentialsInLogs: leaks.length,
  };
}

function promises({ audit, leaks }: Facts): PromiseCheck[] {
  const { orders, acceptedAtFirst, lost, doubleCharges } = audit;
  return [
    {
      text: 'no order fails: each is accepted at its first submission',
      held: acceptedAtFirst === orders,
      measured: `${acceptedAtFirst} of ${orders}`,
    },
    {
      text: 'no order is lost, none is charged twice',
      held: lost === 0 && doubleCharges === 0,
      measured: `${lost} lost, ${doubleCharges} double charges`,
    },
    {
      text: 'no live credential stands in any log of the run, in whatever form',
      held: leaks.length === 0,
      measured: leaks.length === 0 ? 'none' : leaks.join('; '),
    },
  ];
}
