import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { Secrets } from './secrets.js';
import type { SecretsOptions } from './secrets.options.js';

/**
 * Opens sources and reads these secrets, for applications without Nest. Rejects with a `ResilienceConfigurationError`
 * that says of each that is not to be had why not; then nothing is left open.
 */
export async function openSecrets(names: readonly string[], options: SecretsOptions): Promise<Secrets> {
  const secrets = new Secrets(options);
  await secrets.load(names);
  const faults = names.flatMap((name, index): readonly Fault[] => {
    try {
      secrets.get(name);
      return [];
    } catch (error) {
      return [{ path: `names.${index}`, message: (error as Error).message }];
    }
  });
  if (faults.length === 0) return secrets;
  await secrets.close();
  throw new ResilienceConfigurationError(faults);
}
