import type { SecretReader } from '../../config/fields/secret-reader.js';
import { referencedSecrets } from '../../config/fields/referenced-secrets.js';
import { credentialOf } from './credential-of.js';
import type { HttpSettings } from './http.options.js';

/**
 * Has the secrets behind a credential read anew whose value `used` was refused. Whether it has another value now;
 * `undefined` where nothing can be read anew.
 */
export function renewedCredential(
  auth: NonNullable<HttpSettings['auth']>,
  secrets: SecretReader,
  used: string,
): Promise<boolean> | undefined {
  const { renew } = secrets;
  if (renew === undefined) return undefined;
  const hasAnother = () => {
    try {
      return credentialOf(auth, secrets)?.value !== used;
    } catch {
      return false;
    }
  };
  if (hasAnother()) return Promise.resolve(true);
  const read = referencedSecrets(auth, 'auth').map(({ secret }) => renew.call(secrets, secret, secrets.reveal(secret)));
  return Promise.allSettled(read).then(hasAnother);
}
