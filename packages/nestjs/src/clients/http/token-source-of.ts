import type { OAuth2Settings, TokenSource } from '@breakwater/core/adapter';
import type { SecretReader } from '../../config/fields/secret-reader.js';
import type { SecretText } from '../../config/fields/secret-text.js';

/** How the tokens are come by that the settings ask for, with the client's credential among the secrets. */
export function tokenSourceOf(settings: OAuth2Settings<SecretText>, secrets: SecretReader): TokenSource {
  const { clientId, clientSecret } = settings;
  const client = () => ({ id: secrets.reveal(clientId), secret: secrets.reveal(clientSecret) });
  return {
    settings,
    client,
    ...(secrets.renew && {
      async renewClient(used) {
        await Promise.allSettled([secrets.renew!(clientId, used.id), secrets.renew!(clientSecret, used.secret)]);
        const now = client();
        return now.id !== used.id || now.secret !== used.secret;
      },
    }),
  };
}
