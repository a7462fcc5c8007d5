import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startSecretsManager, type SecretsManagerServer } from '@breakwater/servers';
import { TestClock } from '@breakwater/core/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secrets } from '../held/secrets.js';
import { secretSourceContract } from '../testing/index.js';
import { awsSecrets } from './aws-secrets.js';

const ACCESS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

let server: SecretsManagerServer;
let client: SecretsManagerClient;
let prefixes = 0;

beforeAll(async () => {
  server = await startSecretsManager();
  client = new SecretsManagerClient({
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { ...ACCESS },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

/** Secrets of this test alone. */
function apart() {
  const prefix = `shop-${++prefixes}/`;
  return { prefix, source: awsSecrets({ client, prefix }) };
}

describe('awsSecrets, over the SDK of AWS', () => {
  secretSourceContract(async () => {
    const { prefix, source } = apart();
    return {
      source,
      set: (name, value) => server.write(prefix + name, value),
      remove: (name) => server.forget(prefix + name),
      fail: (failing) => server.failWith(failing ? 'AccessDeniedException' : undefined),
      keepsPrevious: true,
      credentials: Object.values(ACCESS),
    };
  });

  it('says which error the manager answered with, and its status', async () => {
    const { source } = apart();
    server.failWith('AccessDeniedException');
    await expect(source.get('KEY')).rejects.toMatchObject({
      code: 'SECRET_SOURCE',
      message: 'aws: GetSecretValue: AccessDeniedException',
      status: 400,
    });
    server.failWith(undefined);
  });

  it('reads a binary secret as its base64', async () => {
    const { prefix, source } = apart();
    server.write(`${prefix}KEY`, new Uint8Array([1, 2, 255]));
    expect(await source.get('KEY')).toMatchObject({ value: 'AQL/' });
  });

  it('asks for the previous version once, and again when the current one has changed', async () => {
    const { prefix, source } = apart();
    server.write(`${prefix}KEY`, 'one');
    const asked = server.requests.length;
    for (let i = 0; i < 3; i++) await source.get('KEY');
    server.write(`${prefix}KEY`, 'two');
    await source.get('KEY');
    expect(server.requests.slice(asked).filter((request) => request.endsWith('AWSPREVIOUS'))).toHaveLength(2);
  });

  it('rotates the parts of a JSON secret at one moment', async () => {
    const { prefix, source } = apart();
    const write = (n: number) => server.write(`${prefix}db`, JSON.stringify({ username: `u${n}`, password: `p${n}` }));
    write(1);
    const secrets = new Secrets({ sources: [source], clock: new TestClock() });
    await secrets.load(['db#username', 'db#password']);
    write(2);
    expect(await secrets.renew('db#password', 'p1')).toBe(true);
    expect([secrets.get('db#username'), secrets.get('db#password')]).toEqual(['u2', 'p2']);
    expect(secrets.valid('db#password')).toEqual(['p2', 'p1']);
    await secrets.close();
  });

  it('refuses what is no client', () => {
    expect(() => awsSecrets({ client: { region: 'eu-central-1' } as never })).toThrow(
      'awsSecrets.client: object given; expected a SecretsManagerClient',
    );
  });
});
