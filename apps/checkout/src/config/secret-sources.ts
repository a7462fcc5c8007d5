import { envSecrets, vaultSecrets, type SecretSource } from '@breakwater/secrets';

/** Vault where the environment names one, and the environment itself for what is not there. */
export function secretSources(environment: Readonly<Record<string, string | undefined>>): readonly SecretSource[] {
  const { VAULT_ADDR: address, VAULT_ROLE_ID: roleId = '', VAULT_SECRET_ID: secretId = '' } = environment;
  if (address === undefined) return [envSecrets({ environment })];
  const vault = vaultSecrets({ address, auth: { appRole: { roleId, secretId } }, prefix: 'checkout/' });
  return [vault, envSecrets({ environment })];
}
