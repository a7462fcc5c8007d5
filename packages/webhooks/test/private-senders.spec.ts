import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { WebhookRequest } from '../src/contract/webhook-request.js';
import { defineSender } from '../src/definition/define-sender.js';
import type { Sender } from '../src/definition/sender.js';
import { keyRequest } from '../src/requested-key.js';
import { signWebhook, signWebhookRequest } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';

const now = 1_800_000_000_000;
const body = Buffer.from('{"id":"e1"}');
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const mac = (text: string | Buffer, encoding: 'hex' | 'base64' | 'base64url' = 'hex', algorithm = 'sha256'): string =>
  createHmac(algorithm, 'key').update(text).digest(encoding);

function sender(definition: Partial<Sender>): Sender {
  return defineSender({ name: 'acme', algorithm: 'hmac-sha256', signature: { header: 'x-acme' }, ...definition });
}

function reason(
  definition: Partial<Sender>,
  request: Partial<WebhookRequest>,
  secrets: string | string[] = 'key',
): string {
  const answer = verifyWebhook(sender(definition), { method: 'POST', headers: {}, body, ...request }, secrets, { now });
  return answer.ok ? 'accepted' : answer.reason;
}

describe('a private sender', () => {
  it('signs in base64url, with or without padding', () => {
    const definition = { signature: { header: 'x-acme', encoding: 'base64url' as const } };
    const text = mac(body, 'base64url');
    for (const written of [text, `${text}=`])
      expect(reason(definition, { headers: { 'x-acme': written } })).toBe('accepted');
    for (const written of [`${text}==`, text.slice(1), mac(body, 'base64').replaceAll('/', '_'), `${text} `]) {
      expect(reason(definition, { headers: { 'x-acme': written } })).not.toBe('accepted');
    }
  });

  it('lists signatures without labels, with the time among them', () => {
    const time = String(now / 1000);
    const definition: Partial<Sender> = {
      signature: { header: 'x-acme', list: { separator: ',' } },
      payload: '{timestamp}|{body}',
      timestamp: { entry: 1, unit: 's' },
    };
    const good = mac(`${time}|${body.toString()}`);
    expect(reason(definition, { headers: { 'x-acme': `${'0'.repeat(64)},${time}, ${good}` } })).toBe('accepted');
    expect(reason(definition, { headers: { 'x-acme': `${good},${time}` } })).toBe('accepted');
    expect(reason(definition, { headers: { 'x-acme': `${time},${good}` } })).toBe('malformed');
    expect(reason(definition, { headers: { 'x-acme': good } })).toBe('missing');
    expect(reason(definition, { headers: { 'x-acme': `${good},`.repeat(18) + time } })).toBe('malformed');
  });

  it('has its signature, time and id in a form, urlencoded or multipart', () => {
    const definition: Partial<Sender> = {
      signature: { form: 'signature' },
      payload: '{timestamp}{id}',
      timestamp: { form: 'timestamp', unit: 's' },
      id: { form: 'token' },
    };
    const fields = { timestamp: String(now / 1000), token: 't1', signature: mac(`${now / 1000}t1`), subject: 'ü' };
    const urlencoded = Buffer.from(new URLSearchParams(fields).toString());
    const parts = Object.entries(fields).map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const multipart = Buffer.from(`${parts.join('')}--b--\r\n`);
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(reason(definition, { headers: form, body: urlencoded })).toBe('accepted');
    expect(reason(definition, { headers: type, body: multipart })).toBe('accepted');
    expect(reason(definition, { headers: type, body: urlencoded })).toBe('missing');
    const twice = Buffer.from(`${urlencoded.toString()}&signature=${'0'.repeat(64)}`);
    expect(reason(definition, { headers: form, body: twice })).toBe('missing');
    const made = signWebhookRequest(sender(definition), { body: 'subject=hi', now, id: 't2', headers: form }, 'key');
    expect(reason(definition, made)).toBe('accepted');
  });

  it('signs parameters of the query, the path, and a group that may be absent', () => {
    const definition = { payload: '{method} {path} {?id:{query:data.id:lower};}{body}' };
    const url = '/hooks/a%20b?data.id=ABC&x=1';
    const good = { 'x-acme': mac(`POST /hooks/a%20b id:abc;${body.toString()}`) };
    expect(reason(definition, { url, headers: good })).toBe('accepted');
    expect(reason(definition, { url: url.replace('ABC', 'ABD'), headers: good })).toBe('mismatch');
    expect(reason(definition, { url: url.replace('a%20b', 'c'), headers: good })).toBe('mismatch');
    expect(reason(definition, { url: `${url}&data.id=ABC`, headers: good })).toBe('mismatch');
    const without = { 'x-acme': mac(`POST /hooks ${body.toString()}`) };
    expect(reason(definition, { url: '/hooks', headers: without })).toBe('accepted');
    expect(reason({ payload: '{query:id}{body}' }, { url: '/hooks', headers: without })).toBe('malformed');
  });

  it('has its signature in the query', () => {
    const definition: Partial<Sender> = { signature: { query: 'sig' } };
    expect(reason(definition, { url: `/hook?a=1&sig=${mac(body)}` })).toBe('accepted');
    expect(reason(definition, { url: `/hook?sig=${mac(body)}&sig=${mac(body)}` })).toBe('missing');
    const { url } = signWebhookRequest(sender(definition), { body, url: 'https://shop.example/hook?a=1' }, 'key');
    expect(url).toBe(`https://shop.example/hook?a=1&sig=${mac(body)}`);
  });

  it('signs sorted parameters, and refuses bodies that these do not cover', () => {
    const definition = { payload: '{sorted-form}' };
    expect(
      reason(definition, { headers: { ...form, 'x-acme': mac('a1b2b3') }, body: Buffer.from('b=3&a=1&b=2') }),
    ).toBe('accepted');
    const empty = { 'x-acme': mac('') };
    expect(reason(definition, { headers: { ...form, ...empty }, body: Buffer.alloc(0) })).toBe('accepted');
    expect(reason(definition, { headers: { ...empty, 'content-type': 'application/json' } })).toBe('malformed');
    expect(reason(definition, { headers: empty })).toBe('malformed');
    const file = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nevil\r\n--b--';
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(reason(definition, { headers: { ...type, ...empty }, body: Buffer.from(file) })).toBe('malformed');
  });

  it.each(['md5', 'sha1', 'sha256', 'sha512'])('signs the %s of the body', (hash) => {
    const digest = createHash(hash).update(body).digest('base64url');
    const definition = { payload: `{header:x-id}.{body:${hash}:base64url}` };
    const headers = { 'x-id': 'i1', 'x-acme': mac(`i1.${digest}`) };
    expect(reason(definition, { headers })).toBe('accepted');
    expect(reason(definition, { headers, body: Buffer.from('{}') })).toBe('mismatch');
  });

  it('signs the headers that it lists, and no others', () => {
    const definition: Partial<Sender> = {
      payload: '{signed-headers}\n{body}',
      signedHeaders: {
        header: 'x-signed',
        separator: ',',
        format: '{name}={value}',
        join: '&',
        include: ['x-signed', 'x-b'],
      },
    };
    const listed = 'x-signed,x-b';
    const good = {
      'x-signed': listed,
      'X-B': '$& 1',
      'x-acme': mac(`x-signed=${listed}&x-b=$& 1\n${body.toString()}`),
    };
    expect(reason(definition, { headers: good })).toBe('accepted');
    expect(reason(definition, { headers: { ...good, 'X-B': '2' } })).toBe('mismatch');
    for (const list of [
      'x-signed',
      'x-signed,x-b,x-b',
      'x-signed,x-b,x-gone',
      'x-signed,x-b,a b',
      '',
      'x-signed,x-b,__proto__',
    ]) {
      expect(reason(definition, { headers: { ...good, 'x-signed': list } })).toMatch(/malformed|mismatch/);
    }
    expect(reason(definition, { headers: { ...good, 'x-b': '1' } })).toBe('malformed');
  });

  it('derives its key from the secret, and takes pairs by public key', () => {
    const key = createHash('sha1').update('secret').digest();
    const text = createHmac('sha1', key).update('payload').digest('hex');
    const definition: Partial<Sender> = {
      algorithm: 'hmac-sha1',
      key: { encoding: 'utf8', hash: 'sha1' },
      signature: { form: 'sig', list: { separator: '&', assign: '|' } },
      payload: '{form:data}',
    };
    const send = (sig: string) => ({
      headers: form,
      body: Buffer.from(new URLSearchParams({ sig, data: 'payload' }).toString()),
    });
    expect(reason(definition, send(`other|${'0'.repeat(40)}&mine|${text}`), 'secret')).toBe('accepted');
    expect(reason(definition, send(`mine|${'0'.repeat(40)}`), 'secret')).toBe('mismatch');
    expect(reason(definition, send(text), 'secret')).toBe('malformed');
  });

  it.each([
    ['hmac-md5', 'md5'],
    ['hmac-sha1', 'sha1'],
    ['hmac-sha384', 'sha384'],
    ['hmac-sha512', 'sha512'],
  ] as const)('signs with %s', (algorithm, hash) => {
    expect(reason({ algorithm }, { headers: { 'x-acme': mac(body, 'hex', hash) } })).toBe('accepted');
    expect(reason({ algorithm }, { headers: { 'x-acme': mac(body, 'hex', hash) }, body: Buffer.from('') })).toBe(
      'mismatch',
    );
  });

  it.each([
    ['ecdsa-p256-sha1', 'sha1'],
    ['rsa-sha1', 'sha1'],
    ['rsa-sha512', 'sha512'],
  ] as const)('signs with %s, with the key as PEM or JWK', (algorithm, hash) => {
    const pair = algorithm.startsWith('rsa')
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const definition = { algorithm, signature: { header: 'x-acme', encoding: 'base64' as const } };
    const headers = { 'x-acme': sign(hash, body, pair.privateKey).toString('base64') };
    const keys = [
      String(pair.publicKey.export({ type: 'spki', format: 'pem' })),
      JSON.stringify({ keys: [pair.publicKey.export({ format: 'jwk' })] }),
    ];
    for (const key of keys) expect(reason(definition, { headers }, key)).toBe('accepted');
    expect(reason(definition, { headers, body: Buffer.from('') }, keys[0])).toBe('mismatch');
  });

  it('has keys that are fetched: by id, from an address of its own, or one that the request names', () => {
    const by = (fetchedKey: Sender['fetchedKey'], headers: Record<string, string> = {}) =>
      keyRequest(
        sender({
          algorithm: 'rsa-sha256',
          signature: { header: 'x-acme', encoding: 'base64' },
          ...(fetchedKey && { fetchedKey }),
        }),
        { headers, body },
      );
    expect(by(undefined)).toBeUndefined();
    expect(by({ jwks: 'https://acme.example/keys' })).toMatchObject({ kind: 'url', url: 'https://acme.example/keys' });
    expect(by({ kid: { header: 'X-Key' } }, { 'x-key': 'k1' })).toEqual({ ok: true, kind: 'kid', kid: 'k1' });
    expect(by({ kid: { header: 'X-Key' } })).toMatchObject({ ok: false });
    const named = { url: { header: 'x-cert' }, hosts: ['certs.example'] };
    expect(by(named, { 'x-cert': 'https://certs.example/a/b.pem' })).toMatchObject({ ok: true, kind: 'url' });
    for (const url of [
      'http://certs.example/a.pem',
      'https://certs.example.evil.example/a.pem',
      'https://certs.example@evil.example/a.pem',
      'https://evil.example/certs.example/a.pem',
      'https://certs.example:8443/a.pem',
      'https://certs.example/../a.pem',
      'https://certs.example/a.pem?x',
      'https://certs.example/a.pem#x',
      'https://certs.example\\@evil.example/a.pem',
      `https://certs.example/${'a'.repeat(600)}`,
    ]) {
      expect(by(named, { 'x-cert': url })).toMatchObject({ ok: false, reason: 'malformed' });
    }
  });

  it('signs the bytes as transferred, and is read after its content-encoding is undone', () => {
    const compressed = gzipSync(body);
    const definition = { signsCompressed: true, id: { json: 'id' } };
    const headers = { 'content-encoding': 'gzip', 'x-acme': mac(compressed) };
    const answer = verifyWebhook(sender(definition), { headers, body: compressed }, 'key');
    expect(answer).toMatchObject({ ok: true, id: 'e1' });
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    const hostile = { headers: { 'content-encoding': 'gzip', 'x-acme': mac(bomb) }, body: bomb };
    expect(verifyWebhook(sender(definition), hostile, 'key')).toMatchObject({ ok: true, id: undefined });
  });

  it('refuses a body that contradicts a signed parameter', () => {
    const definition: Partial<Sender> = { payload: '{query:id}', agree: [{ query: 'id' }, { json: 'id' }] };
    const headers = { 'x-acme': mac('e1') };
    expect(reason(definition, { url: '/?id=e1', headers })).toBe('accepted');
    expect(reason(definition, { url: '/?id=e1', headers, body: Buffer.from('{}') })).toBe('accepted');
    expect(reason(definition, { url: '/?id=e1', headers, body: Buffer.from('{"id":"e2"}') })).toBe('mismatch');
  });

  it.each<[string, object, RegExp]>([
    ['a hash that does not exist', { payload: '{body:sha3:hex}' }, /no token {body:sha3:hex}/],
    ['a group around the body', { payload: '{?x{body}}' }, /{\?…} holds text and at least one token/],
    ['a group without a token', { payload: '{body}{?x}' }, /at least one token/],
    ['listed headers without a list', { payload: '{signed-headers}{body}' }, /"signedHeaders" does not say/],
    ['an entry without labels', { payload: '{entry:h}{body}' }, /needs a "signature.list" with labels/],
    [
      'a number in a list with labels',
      {
        signature: { header: 'x', list: { separator: ',', assign: '=', label: 'v1' } },
        timestamp: { entry: 0, unit: 's' },
        payload: '{timestamp}{body}',
      },
      /a number only/,
    ],
    ['a token without claims', { algorithm: 'jwt-hs256' }, /needs "jwt"/],
    ['claims without a token', { jwt: { body: { claim: 'a' } } }, /for the algorithms jwt-/],
    ['a token with a payload', { algorithm: 'jwt-hs256', jwt: {}, payload: '{body}' }, /takes no "payload"/],
    ['a key set over http', { fetchedKey: { jwks: 'http://a.example' } }, /https address/],
    ['no host', { fetchedKey: { url: { header: 'a' }, hosts: [] } }, /lists the hosts/],
    ['an identity without an id', { identity: 'id' }, /there is no "id"/],
    ['an unknown identity', { identity: 'bytes' }, /"identity" is 'id'/],
    ['a label in two places', { identity: { label: { header: 'a', query: 'b' } } }, /exactly one of header/],
    ['a name of the event nowhere', { eventType: {} }, /"eventType" needs exactly one/],
    ['an encoding that does not exist', { signature: { header: 'x', encoding: 'base32' } }, /'base64url'/],
  ])('is refused with %s', (_what, change, message) => {
    expect(() => sender(change as Partial<Sender>)).toThrow(message);
  });

  it('answers to anything with a value, whatever its definition', () => {
    const senders = [
      sender({ signature: { form: 's' }, payload: '{form:a}{sorted-form}', id: { form: 'i' } }),
      sender({ signature: { header: 'x-acme', list: { separator: ',' } }, payload: '{query:a}{path-query}{body}' }),
      sender({
        payload: '{signed-headers}{body}',
        signedHeaders: { header: 'x-l', separator: ',', format: '{value}', join: '' },
      }),
      sender({ signature: { json: 's' }, payload: '{json:a.0.b}{body:md5:hex}', document: { form: 'payload' } }),
    ];
    const junk = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('multipart/form-data; boundary=b', '__proto__', mac('')),
    );
    const requests = fc.record({
      headers: fc.dictionary(fc.constantFrom('x-acme', 'x-l', 'content-type', '__proto__', 'X-L'), junk, {
        noNullPrototype: true,
      }),
      body: fc.oneof(
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.json().map((text) => Buffer.from(text)),
        fc.array(fc.tuple(junk, junk)).map((pairs) => Buffer.from(new URLSearchParams(pairs).toString())),
      ),
      url: junk,
    });
    const property = fc.property(fc.constantFrom(...senders), requests, (one, request) => {
      const answer = verifyWebhook(one, request as WebhookRequest, 'key');
      if (answer.ok)
        void [answer.identity(), answer.identity('signed'), answer.eventType, answer.document(), answer.id];
      return typeof answer.ok === 'boolean';
    });
    expect(() => fc.assert(property, { numRuns: 1000 })).not.toThrow();
  });

  it('verifies headers in a Headers, a Map or rawHeaders, and refuses doubles there too', () => {
    const name = 'X-Hub-Signature-256';
    const value = signWebhook('github', { body }, 'key')['x-hub-signature-256'] ?? '';
    const answer = (headers: unknown) => verifyWebhook('github', { headers, body } as WebhookRequest, 'key');
    for (const headers of [
      new Headers({ [name]: value }),
      new Map([[name, value]]),
      [name, value],
      ['a', 'b', name, value],
    ]) {
      expect(answer(headers).ok).toBe(true);
    }
    expect(answer([name, value, name.toLowerCase(), value])).toMatchObject({ reason: 'duplicate-header' });
    for (const headers of [[name], [1, 2], new Map(), undefined, null, 'x']) expect(answer(headers).ok).toBe(false);
  });
});
