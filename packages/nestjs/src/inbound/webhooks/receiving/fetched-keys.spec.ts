import { createHash, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { All, Controller, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ResilienceModule } from '../../../resilience.module.js';
import { WebhookEvent } from '../webhook-event.decorator.js';
import { Webhook } from '../webhook.decorator.js';
import type { WebhookOptions } from '../webhook.options.js';

@Controller()
class Hooks {
  static handled = 0;

  @Post('bank')
  @Webhook('bank')
  bank(@WebhookEvent() _event: unknown): void {
    Hooks.handled++;
  }

  @All('social')
  @Webhook('social')
  social(): void {
    Hooks.handled++;
  }
}

describe('webhooks whose sender publishes its keys', () => {
  const body = '{"webhook_type":"TRANSACTIONS"}';
  let app: INestApplication;
  let clock: TestClock;

  async function start(bank: Partial<WebhookOptions>): Promise<string> {
    clock = new TestClock();
    Hooks.handled = 0;
    const providers = {
      bank: { webhook: { sender: 'plaid', ...bank } },
      social: { webhook: { sender: 'meta', secrets: 'an app secret', verifyToken: 'chosen' } },
    };
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, providers })],
      controllers: [Hooks],
    }).compile();
    app = module.createNestApplication({ rawBody: true, logger: false });
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  }

  afterEach(() => app.close());

  /** A token as Plaid makes it (RFC 7515, compact). */
  function token(key: KeyObject, kid: string, of = body): string {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const hash = createHash('sha256').update(of).digest('hex');
    const claims = { iat: Math.floor(clock.wallNow() / 1000), request_body_sha256: hash };
    const text = `${encode({ alg: 'ES256', kid, typ: 'JWT' })}.${encode(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  async function post(url: string, verification: string): Promise<number> {
    const headers = { 'content-type': 'application/json', 'plaid-verification': verification };
    return (await fetch(`${url}/bank`, { method: 'POST', headers, body })).status;
  }

  function keyPair(kid: string): { privateKey: KeyObject; jwk: JsonWebKey } {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } };
  }

  it('are verified with the key that the request names, which is fetched once an hour', async () => {
    const { privateKey, jwk } = keyPair('key-1');
    const asked: string[] = [];
    const url = await start({
      fetchKey: async (wanted) => {
        asked.push(wanted.kind === 'kid' ? wanted.kid : wanted.url);
        return jwk;
      },
    });
    expect(await post(url, token(privateKey, 'key-1'))).toBe(200);
    expect(await post(url, token(keyPair('key-1').privateKey, 'key-1'))).toBe(401);
    expect(await post(url, token(privateKey, 'key-1', 'another body'))).toBe(401);
    expect(asked).toEqual(['key-1']);
    await clock.advance('1h');
    expect(await post(url, token(privateKey, 'key-1'))).toBe(200);
    expect(asked).toEqual(['key-1', 'key-1']);
  });

  it('are left to the sender’s next try while the key cannot be fetched', async () => {
    const { privateKey, jwk } = keyPair('key-1');
    let down = true;
    const url = await start({
      fetchKey: async () => {
        if (down) throw new Error('unreachable');
        return jwk;
      },
    });
    expect(await post(url, token(privateKey, 'key-1'))).toBe(503);
    down = false;
    expect(await post(url, token(privateKey, 'key-1'))).toBe(200);
    expect(Hooks.handled).toBe(1);
  });

  it('need either secrets or a way to fetch keys', async () => {
    await expect(start({})).rejects.toThrow(/bank\.webhook\.secrets: .*unless fetchKey brings the keys/);
  });

  it('are not told whether the text of a handshake is the right one, and get their challenge back if it is', async () => {
    const url = await start({ fetchKey: async () => keyPair('key-1').jwk });
    const ask = (text: string) => fetch(`${url}/social?hub.mode=subscribe&hub.verify_token=${text}&hub.challenge=42`);
    const right = await ask('chosen');
    expect([right.status, await right.text()]).toEqual([200, '42']);
    expect((await ask('guessed')).status).toBeGreaterThanOrEqual(400);
    expect(Hooks.handled).toBe(0);
  });
});
