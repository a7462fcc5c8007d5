import { settings } from '@breakwater/core/adapter';
import { SecretReference } from './secret.js';

/** A secret that settings refer to, and where. */
export interface ReferencedSecret {
  readonly secret: SecretReference;
  readonly path: string;
}

/** Every secret within a setting, at any depth of its objects and lists. */
export function referencedSecrets(setting: unknown, path: string): readonly ReferencedSecret[] {
  if (setting instanceof SecretReference) return [{ secret: setting, path }];
  // Agents, stores and clients are no settings, and may refer to themselves.
  if (!settings.isPlain(setting) && !Array.isArray(setting)) return [];
  return Object.entries(setting).flatMap(([name, inner]) => referencedSecrets(inner, `${path}.${name}`));
}
