import type { Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import * as v from 'valibot';
import { readSourceOptions } from '../contract/read-source-options.js';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { SecretSource, SecretVersion } from '../contract/secret-source.js';

/** A `SecretsManagerClient` of `@aws-sdk/client-secrets-manager`, as far as it is used. */
export interface AwsSecretsClient {
  send(command: object): Promise<unknown>;
}

/** The client of AWS Secrets Manager, and which secrets are read with it. */
export interface AwsSecretsOptions {
  /** Your own client: region, credentials, retries and timeouts are its. It is not closed here. */
  client: AwsSecretsClient;
  /** Precedes every name: with `'shop/'`, `secret('payments#key')` is `key` of `shop/payments`. Default none. */
  prefix?: string;
  /** How often secrets are read anew; each reading is charged. Default `'5m'`. */
  refresh?: Duration;
}

const isClient = (value: unknown) => typeof (value as { send?: unknown } | null)?.send === 'function';
const schema = settings.options({
  client: v.custom<AwsSecretsClient>(isClient, 'expected a SecretsManagerClient'),
  prefix: settings.optional(settings.text()),
  refresh: settings.optional(settings.duration({ min: 1000 }), 300_000),
});

/** The answer to `GetSecretValue`. */
interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
  readonly VersionId?: string;
  readonly CreatedDate?: Date;
}

interface Commands {
  readonly GetSecretValueCommand: new (input: { SecretId: string; VersionStage: string }) => object;
}

/**
 * Secrets in AWS Secrets Manager: the version labelled `AWSCURRENT`, and the one labelled `AWSPREVIOUS` beside it. A
 * binary secret is taken as its base64. Throws a `ResilienceConfigurationError` for options that cannot be used.
 *
 * Source: AWS Secrets Manager, API reference, "GetSecretValue".
 */
export function awsSecrets(given: AwsSecretsOptions): SecretSource {
  const { client, prefix = '', refresh } = readSourceOptions(schema, given, 'awsSecrets');
  const previous = new Map<string, { readonly of: string; readonly value: SecretVersion | undefined }>();

  const read = async (name: string, stage: string): Promise<SecretVersion | undefined> => {
    const { GetSecretValueCommand } = await loadCommands();
    try {
      return readValue(
        (await client.send(new GetSecretValueCommand({ SecretId: prefix + name, VersionStage: stage }))) as SecretValue,
      );
    } catch (error) {
      const { name: code, $metadata } = error as { name?: unknown; $metadata?: { httpStatusCode?: number } };
      if (code === 'ResourceNotFoundException') return undefined;
      // The client's error holds the request, and may hold the answer; the name may be the secret by mistake.
      const word = typeof code === 'string' && /^[A-Za-z]{1,80}$/.test(code) ? code : 'unknown error';
      throw new SecretSourceError('aws', `GetSecretValue: ${word}`, $metadata?.httpStatusCode);
    }
  };

  return {
    name: 'aws',
    refresh,
    async get(name) {
      const current = await read(name, 'AWSCURRENT');
      if (current === undefined) return undefined;
      let kept = previous.get(name);
      if (kept?.of !== current.version) {
        // Its value changes with the current version only. One that may not be read is none.
        kept = { of: current.version, value: await read(name, 'AWSPREVIOUS').catch(() => undefined) };
        previous.set(name, kept);
      }
      return kept.value === undefined ? current : { ...current, previous: { value: kept.value.value } };
    },
    close: () => previous.clear(),
  };
}

function readValue({ SecretString, SecretBinary, VersionId, CreatedDate }: SecretValue): SecretVersion | undefined {
  const value = SecretString ?? (SecretBinary && Buffer.from(SecretBinary).toString('base64'));
  if (value === undefined) return undefined;
  const since = CreatedDate instanceof Date ? CreatedDate.getTime() : undefined;
  return { value, version: VersionId ?? 'current', ...(since !== undefined && { since }) };
}

/** The SDK is an optional peer: its command is needed beside the user's client. */
async function loadCommands(): Promise<Commands> {
  try {
    return (await import('@aws-sdk/client-secrets-manager' as string)) as Commands;
  } catch {
    throw new SecretSourceError('aws', 'a package is missing: npm install @aws-sdk/client-secrets-manager');
  }
}
