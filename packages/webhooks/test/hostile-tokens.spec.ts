import { createHash, createHmac, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { defineSender } from '../src/definition/define-sender.js';
import type { Sender } from '../src/definition/sender.js';
import { prepareSecrets } from '../src/prepare-secrets.js';
import { keyRequest } from '../src/requested-key.js';
import { signWebhook } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';

const now = 1_800_000_000_000;
const body = Buffer.from('{"id":"e1"}');
const hash = createHash('sha256').update(body).digest('hex');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: typeof rsa.publicKey): string => String(key.export({ type: 'spki', format: 'pem' }));
const jwk = (key: typeof rsa.publicKey, more: object = {}): JsonWebKey => ({
  ...key.export({ format: 'jwk' }),
  ...more,
});

function tokens(algorithm: Sender['algorithm'], more: Partial<Sender> = {}): Sender {
  return defineSender({
    name: 'tokens',
    algorithm,
    signature: { header: 'authorization', prefix: 'Bearer ' },
    jwt: { body: { claim: 'sha256' }, require: { iss: 'acme', aud: 'shop' } },
    timestamp: { claim: 'iat', unit: 's' },
    id: { claim: 'jti' },
    ...more,
  });
}

const CLAIMS = { iss: 'acme', aud: ['shop', 'other'], iat: now / 1000, jti: 'j1', sha256: hash };
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(header: object, claims: object, make: (data: Buffer) => Buffer): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${make(Buffer.from(text)).toString('base64url')}`;
}

const hs = (secret: string | Buffer) => (data: Buffer) => createHmac('sha256', secret).update(data).digest();
const rs = (data: Buffer): Buffer => sign('sha256', data, rsa.privateKey);
const es = (data: Buffer): Buffer => sign('sha256', data, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
const eddsa = (data: Buffer): Buffer => sign(null, data, ed.privateKey);

const request = (text: string, bytes = body) => ({ headers: { authorization: `Bearer ${text}` }, body: bytes });
const verdict = (sender: Sender, text: string, keys: readonly (string | JsonWebKey)[], at = now) => {
  const answer = verifyWebhook(sender, request(text), [], { now: at, keys });
  return answer.ok ? 'accepted' : answer.reason;
};

describe('tokens with the hash of the body', () => {
  it.each<[Sender['algorithm'], string, (data: Buffer) => Buffer, string | JsonWebKey]>([
    ['jwt-hs256', 'HS256', hs('secret'), 'secret'],
    ['jwt-rs256', 'RS256', rs, pem(rsa.publicKey)],
    ['jwt-rs256', 'RS256', rs, jwk(rsa.publicKey)],
    ['jwt-es256', 'ES256', es, pem(ec.publicKey)],
    ['jwt-es256', 'ES256', es, jwk(ec.publicKey, { kid: 'k1', use: 'sig', alg: 'ES256' })],
    ['jwt-eddsa', 'EdDSA', eddsa, jwk(ed.publicKey)],
  ])('%s verify with the key that fits (%s)', (algorithm, alg, make, key) => {
    const sender = tokens(algorithm);
    const text = token({ alg, kid: 'k1' }, CLAIMS, make);
    const answer = verifyWebhook(sender, request(text), [], { now, keys: [key] });
    expect(answer).toMatchObject({ ok: true, id: 'j1', idSigned: true, sentAt: new Date(now) });
    expect(verifyWebhook(sender, request(text, Buffer.from('{}')), [], { now, keys: [key] })).toMatchObject({
      reason: 'mismatch',
    });
    expect(verdict(sender, text, [key], now + 301_000)).toBe('stale');
  });

  it('try every key of a set, and hold a token to the one that it names', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const set = {
      keys: [jwk(rsa.publicKey), jwk(other.publicKey, { kid: 'k0' }), jwk(ec.publicKey, { kid: 'k1' }), 'junk', null],
    };
    const sender = tokens('jwt-es256');
    expect(verdict(sender, token({ alg: 'ES256', kid: 'k1' }, CLAIMS, es), [JSON.stringify(set)])).toBe('accepted');
    expect(verdict(sender, token({ alg: 'ES256' }, CLAIMS, es), [JSON.stringify(set)])).toBe('accepted');
    expect(verdict(sender, token({ alg: 'ES256', kid: 'k0' }, CLAIMS, es), [JSON.stringify(set)])).toBe('mismatch');
  });

  it.each(['none', 'None', 'NONE', '', 'HS256', 'RS512', 'PS256', null, undefined, 256, ['RS256'], { RS256: 1 }])(
    'never let the token choose its algorithm: %p',
    (alg) => {
      const sender = tokens('jwt-rs256');
      const unsigned = token({ alg }, CLAIMS, () => Buffer.alloc(0));
      const right = token({ alg }, CLAIMS, rs);
      const confused = token({ alg }, CLAIMS, hs(pem(rsa.publicKey)));
      for (const text of [unsigned, right, confused])
        expect(verdict(sender, text, [pem(rsa.publicKey)])).toBe('malformed');
    },
  );

  it('are not fooled by a MAC made with the public key', () => {
    const confused = token({ alg: 'RS256' }, CLAIMS, hs(pem(rsa.publicKey)));
    expect(verdict(tokens('jwt-rs256'), confused, [pem(rsa.publicKey)])).not.toBe('accepted');
    for (const key of [pem(rsa.publicKey), JSON.stringify(jwk(rsa.publicKey)), JSON.stringify({ keys: [] })]) {
      expect(() => prepareSecrets(tokens('jwt-hs256'), key)).toThrow(/is a public key: HS256 takes the secret/);
    }
    const keys = [jwk(rsa.publicKey)];
    expect(() => verifyWebhook(tokens('jwt-hs256'), request('a.b.c'), [], { now, keys })).toThrow(/is a JWK/);
  });

  it('ignore a key that the token brings along', () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const make = (data: Buffer) => sign('sha256', data, { key: stranger.privateKey, dsaEncoding: 'ieee-p1363' });
    const header = {
      alg: 'ES256',
      jwk: jwk(stranger.publicKey),
      jku: 'https://evil.example',
      x5u: 'https://evil.example',
    };
    expect(verdict(tokens('jwt-es256'), token(header, CLAIMS, make), [jwk(ec.publicKey)])).toBe('mismatch');
  });

  it.each<[string, object, string]>([
    ['another issuer', { iss: 'other' }, 'mismatch'],
    ['an audience that only begins alike', { aud: ['shopping'] }, 'mismatch'],
    ['no issuer', { iss: undefined }, 'mismatch'],
    ['an end in the past', { exp: now / 1000 - 11 }, 'stale'],
    ['a beginning in the future', { nbf: now / 1000 + 11 }, 'stale'],
    ['an end that is text', { exp: '9999999999' }, 'malformed'],
    ['no time', { iat: undefined }, 'missing'],
    ['a time that is text', { iat: String(now / 1000) }, 'missing'],
    ['no hash', { sha256: undefined }, 'malformed'],
    ['an empty hash', { sha256: '' }, 'malformed'],
    ['a hash that is a list', { sha256: [hash] }, 'malformed'],
    ['the hash of another body', { sha256: createHash('sha256').update('').digest('hex') }, 'mismatch'],
  ])('are refused with %s', (_what, change, reason) => {
    const text = token({ alg: 'HS256' }, { ...CLAIMS, ...change }, hs('secret'));
    expect(verdict(tokens('jwt-hs256'), text, ['secret'])).toBe(reason);
  });

  it('are refused with an extension that is not understood', () => {
    for (const more of [{ crit: ['exp'] }, { crit: [] }, { b64: false }, { crit: ['b64'], b64: false }]) {
      const text = token({ alg: 'HS256', ...more }, CLAIMS, hs('secret'));
      expect(verdict(tokens('jwt-hs256'), text, ['secret'])).toBe('malformed');
    }
  });

  it('do not take claims from the prototype of every object', () => {
    const claims = JSON.parse(`{"__proto__":${JSON.stringify(CLAIMS)}}`) as object;
    expect(verdict(tokens('jwt-hs256'), token({ alg: 'HS256' }, claims, hs('secret')), ['secret'])).not.toBe(
      'accepted',
    );
    const sender = tokens('jwt-hs256', { jwt: { body: { claim: 'toString' }, require: { constructor: 'x' } } });
    expect(verdict(sender, token({ alg: 'HS256' }, CLAIMS, hs('secret')), ['secret'])).toBe('mismatch');
  });

  it('may leave their payload out, which is then the body', () => {
    const sender = defineSender({
      name: 'detached',
      algorithm: 'jwt-eddsa',
      signature: { header: 'x-jws' },
      jwt: { detached: true },
    });
    const detached = (header: object, payload: Buffer): string => {
      const head = part(header);
      return `${head}..${eddsa(Buffer.concat([Buffer.from(`${head}.`), payload])).toString('base64url')}`;
    };
    const encoded = detached({ alg: 'EdDSA' }, Buffer.from(body.toString('base64url')));
    const plain = detached({ alg: 'EdDSA', b64: false, crit: ['b64'] }, body);
    const answer = (text: string, bytes: Buffer) =>
      verifyWebhook(sender, { headers: { 'x-jws': text }, body: bytes }, [], { now, keys: [jwk(ed.publicKey)] }).ok;
    expect([answer(encoded, body), answer(plain, body)]).toEqual([true, true]);
    expect([answer(encoded, Buffer.from('{}')), answer(plain, Buffer.from('{}'))]).toEqual([false, false]);
    expect(answer(detached({ alg: 'EdDSA', b64: false }, body), body)).toBe(false);
    expect(answer(encoded.replace('..', `.${part(CLAIMS)}.`), body)).toBe(false);
  });

  it('say which key has to be fetched, and only of an address that the definition names', () => {
    const set = tokens('jwt-es256', { fetchedKey: { jwks: 'https://acme.example/jwks.json' } });
    const text = token({ alg: 'ES256', kid: 'k1' }, CLAIMS, es);
    expect(keyRequest(set, request(text))).toEqual({
      ok: true,
      kind: 'url',
      url: 'https://acme.example/jwks.json',
      kid: 'k1',
    });
    const byId = tokens('jwt-es256', { fetchedKey: { kid: 'token' } });
    expect(keyRequest(byId, request(text))).toEqual({ ok: true, kind: 'kid', kid: 'k1' });
    for (const kid of [undefined, '', 'a b', '\n', 'x'.repeat(300), 1]) {
      expect(keyRequest(byId, request(token({ alg: 'ES256', kid }, CLAIMS, es)))).toMatchObject({ ok: false });
    }
  });

  it('answer to anything with a value', () => {
    const sender = tokens('jwt-hs256');
    const genuine = signWebhook(sender, { body, now }, 'secret')['authorization'] ?? '';
    const pieces = fc.oneof(fc.constantFrom(...genuine.slice(7).split('.'), '', '.', 'Bearer ', 'e30'), fc.string());
    const property = fc.property(fc.array(pieces), (texts) => {
      const headers = { authorization: texts.join('.') };
      return typeof verifyWebhook(sender, { headers, body }, 'other', { now }).ok === 'boolean';
    });
    expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
  });
});
