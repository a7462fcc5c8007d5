import { settings, type Layer } from '@breakwater/core/adapter';
import type { Section } from '../../config/section.js';
import { missingSecrets } from '../../config/fields/missing-secrets.js';
import { tokenSourceOf } from './token-source-of.js';
import { renewedCredential } from './renewed-credential.js';
import { credentialOf } from './credential-of.js';
import { httpSchema, type HttpSettings } from './http.options.js';

/** A path of a few words, where the URL is to be absolute. */
const RELATIVE = /^(\/[a-z]{1,12}){1,3}\/?$/;

/** `http` in a provider's settings: how the provider is reached. */
export const httpSection: Section<HttpSettings> = {
  name: 'http',
  schema: httpSchema,
  headerOptions: ['headers'],
  credentials: ['auth', 'headers'],
  shows: (option, text) => option === 'baseUrl' && RELATIVE.test(text),
  readsCalls: true,
  reach: (read, secrets) => ({
    settings: read,
    credential: () => {
      const { auth } = read() ?? {};
      return auth && credentialOf(auth, secrets);
    },
    renew: (used) => {
      const { auth } = read() ?? {};
      return auth && renewedCredential(auth, secrets, used);
    },
    tokens: () => {
      const { oauth2 } = read()?.auth ?? {};
      return oauth2 && tokenSourceOf(oauth2, secrets);
    },
  }),
  replaced: (standing, given) => (isOtherKind(standing['auth'], given['auth']) ? ['auth'] : []),
  faults: ({ given }, secrets, path) => missingSecrets(given, secrets, path),
};

/** Whether `given` is a credential of another kind than the standing one. */
function isOtherKind(standing: unknown, given: unknown): boolean {
  if (!settings.isPlain(given)) return false;
  const kinds: Layer = settings.isPlain(standing) ? standing : {};
  return !Object.keys(given).some((kind) => (kinds[kind] ?? undefined) !== undefined);
}
