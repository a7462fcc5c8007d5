import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { defineSender } from '../definition/define-sender.js';
import { prepareSecrets } from '../prepare-secrets.js';
import { signWebhook } from '../sign-webhook.js';
import { verifyWebhook } from '../verify-webhook.js';

const standard = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = String(ec.publicKey.export({ type: 'spki', format: 'pem' }));

describe('a secret as it comes out of dashboards, files and shells', () => {
  it.each([
    ['a blank at its end', 'whsec_abc ', /ends in a blank/],
    ['a blank in front', ' whsec_abc', /begins with a blank/],
    ['a tab at its end', 'whsec_abc\t', /ends in a blank/],
    ['a line break in front', '\nwhsec_abc', /begins with a line break/],
    ['double quotes', '"whsec_abc"', /stands in quotes/],
    ['single quotes', "'whsec_abc'", /stands in quotes/],
    ['a zero-width space', 'whsec_abc\u200b', /invisible character \(U\+200B\) as character 10 of 10/],
    ['a byte order mark', '\ufeffwhsec_abc', /\(U\+FEFF\) as character 1 of 10/],
    ['a hard blank inside', 'whsec\u00a0abc', /\(U\+00A0\) as character 6/],
    ['a control character', 'whsec_a\u0000bc', /\(U\+0000\)/],
    ['the look of an API key', 'sk_live_abc', /is an API key: copy the signing secret/],
  ])('is refused at boot with %s, and is not shown', (_what, secret, message) => {
    expect(() => prepareSecrets('stripe', secret)).toThrow(message);
    expect(() => prepareSecrets('stripe', ['whsec_good', secret])).toThrow(/secret 2 of 2/);
    expect(() => prepareSecrets('stripe', secret)).not.toThrow(/abc/);
  });

  it('may hold letters of any language, quotes and blanks inside', () => {
    for (const secret of ['pässwörd', 'say "hi"', 'two words', "it's"])
      expect(() => prepareSecrets('github', secret)).not.toThrow();
  });

  it("is understood as Supabase shows it, and as PEM in one line with '\\n' as two characters", () => {
    expect(() => prepareSecrets('supabase', `v1,${standard(1)}`)).not.toThrow();
    expect(() => prepareSecrets('sendgrid', pem.replaceAll('\n', '\\n'))).not.toThrow();
    expect(() => prepareSecrets('sendgrid', `\n  ${pem}\n`)).not.toThrow();
  });

  it('has as many bytes as the sender’s have', () => {
    expect(() => prepareSecrets('standard-webhooks', 'whsec_YQ==')).toThrow(/has 1 bytes: the sender's have 24 to 64/);
    expect(() => prepareSecrets('standard-webhooks', `whsec_${Buffer.alloc(65).toString('base64')}`)).toThrow(
      /65 bytes/,
    );
  });

  it.each<[string, string, string[]]>([
    ['stripe', 'whsec_one,whsec_two', ['whsec_one', 'whsec_two']],
    ['stripe', 'whsec_one whsec_two', ['whsec_one', 'whsec_two']],
    ['stripe', 'whsec_one\nwhsec_two\r\nwhsec_three', ['whsec_one', 'whsec_two', 'whsec_three']],
    ['github', 'first\nsecond', ['first', 'second']],
    ['standard-webhooks', `${standard(1)}, ${standard(2)}`, [standard(1), standard(2)]],
    ['supabase', `v1,${standard(1)}|v1,${standard(2)}`, [standard(1), standard(2)]],
    ['supabase', `v1,${standard(1)},v1,${standard(2)}`, [standard(1), standard(2)]],
    ['squarespace', `${'ab'.repeat(16)},${'cd'.repeat(16)}`, ['ab'.repeat(16), 'cd'.repeat(16)]],
  ])('of %s may stand beside others in one variable', (sender, variable, secrets) => {
    const body = Buffer.from('{}');
    const prepared = prepareSecrets(sender, variable);
    expect(prepared.size).toBe(secrets.length);
    for (const [secretIndex, secret] of secrets.entries()) {
      const headers = signWebhook(sender, { body }, secret);
      expect(verifyWebhook(sender, { headers, body }, prepared)).toMatchObject({ ok: true, secretIndex });
      expect(verifyWebhook(sender, { headers, body }, variable)).toMatchObject({ ok: true, secretIndex });
    }
  });

  it('stays one where its commas and blanks may be its own', () => {
    const acme = defineSender({ name: 'acme', algorithm: 'hmac-sha256', signature: { header: 'x-acme' } });
    for (const secret of ['one,two', 'pass word', 'a|b', 'whsec_a,', 'x_1,y_2'])
      expect(prepareSecrets(acme, secret).size).toBe(1);
  });
});
