import { ResilienceConfigurationError } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { describe, expect, it } from '@jest/globals';
import { secret, SecretReference } from '../../config/fields/secret.js';
import { webhookFaults } from './webhook-faults.js';
import { webhookSchema } from './webhook.options.js';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';
const PATH = 'resilience.providers.payments.webhook';

function faultsOf(options: unknown): string[] {
  const read = settings.readSettings(webhookSchema, options, PATH);
  const faults = read.faults ?? webhookFaults(read.settings, reveal, PATH);
  return faults.map(({ path, message }) => `${path}: ${message}`);
}

function reveal(value: string | SecretReference): string {
  if (typeof value === 'string') return value;
  throw new ResilienceConfigurationError([{ path: value.name, message: 'the secret is not set' }]);
}

describe('webhook settings', () => {
  it('are complete with a sender and a secret', () => {
    const read = settings.readSettings(webhookSchema, { sender: 'stripe', secrets: [SECRET] }, PATH);
    expect(read.settings).toEqual({
      sender: 'stripe',
      secrets: [SECRET],
      inbox: { lease: 30_000, keep: 259_200_000 },
      maxBytes: 1_048_576,
    });
    expect(faultsOf({ sender: 'stripe', secrets: [SECRET] })).toEqual([]);
    expect(faultsOf({ sender: 'stripe', secrets: SECRET })).toEqual([]);
  });

  it('name the known sender that was probably meant, and where all are listed', () => {
    expect(faultsOf({ sender: 'strip', secrets: [SECRET] })).toEqual([
      expect.stringMatching(
        /webhook\.sender: 'strip' given; expected the name of a sender, probably 'stripe' \(npx breakwater-webhook senders/,
      ),
    ]);
    expect(faultsOf({ sender: 'quartz', secrets: [SECRET] })).toEqual([
      expect.stringMatching(/expected the name of a sender \(npx .*\), or a sender made by defineSender\(\)$/),
    ]);
  });

  it('say what is wrong with a definition', () => {
    const sender = { name: 'own', algorithm: 'hmac-sha256', signature: {} };
    expect(faultsOf({ sender, secrets: [SECRET] })).toEqual([
      expect.stringMatching(/webhook\.sender: .*exactly one of header/),
    ]);
  });

  it.each([[[]], [['']], [[SECRET, undefined]], [{ first: SECRET }], [undefined]])(
    'refuse %j as secrets',
    (secrets) => {
      expect(faultsOf({ sender: 'stripe', secrets })).toEqual([expect.stringMatching(/webhook\.secrets: /)]);
      expect(faultsOf({ sender: 'stripe', secrets }).join()).not.toContain(SECRET);
    },
  );

  it('name the text of a handshake that is missing', () => {
    expect(faultsOf({ sender: 'meta', secrets: 'an app secret', verifyToken: secret('NOWHERE') })).toEqual([
      'resilience.providers.payments.webhook.verifyToken: NOWHERE: the secret is not set',
    ]);
  });

  it('name a secret that is missing, and say what to do about one that is malformed, without showing it', () => {
    const secrets = [secret('NOWHERE'), 'whsec_not base64!'];
    const faults = faultsOf({ sender: 'standard-webhooks', secrets });
    expect(faults).toEqual([
      `${PATH}.secrets.0: NOWHERE: the secret is not set`,
      expect.stringMatching(/secrets\.1: .*is not canonical base64: copy all of it/),
    ]);
    expect(faults.join()).not.toContain('not base64!');
  });

  it('must give the URL to senders that sign it', () => {
    const faults = faultsOf({ sender: 'square', secrets: [SECRET] });
    expect(faults).toEqual([expect.stringMatching(/webhook\.url: the sender 'square' signs the URL/)]);
    expect(faultsOf({ sender: 'square', secrets: [SECRET], url: 'https://shop.example/hooks' })).toEqual([]);
  });

  it('must remember deliveries for longer than they stay fresh', () => {
    expect(faultsOf({ sender: 'stripe', secrets: [SECRET], tolerance: '1h', inbox: { keep: '1h' } })).toEqual([
      expect.stringMatching(
        /webhook\.inbox\.keep: 3600000 ms given; expected at least twice the tolerance \(7200000 ms\)/,
      ),
    ]);
  });
});
