import { createHash, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { TestClock } from '@breakwater/core/testing';
import { defineSender, type KeyFetcher } from '@breakwater/webhooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ResilienceModule } from '../../../resilience.module.js';
import { Webhook } from '../webhook.decorator.js';

const sender = defineSender({
  name: 'deploys',
  algorithm: 'jwt-es256',
  signature: { header: 'x-signature' },
  jwt: { body: { claim: 'sha256' } },
  fetchedKey: { jwks: 'https://deploys.example/.well-known/jwks.json' },
});

@Controller()
class Hooks {
  @Post('deploys')
  @Webhook('deploys')
  deployed(): void {}
}

/** A key of the sender, which signs the tokens of its deliveries. */
class SenderKey {
  private readonly pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(readonly kid: string | undefined) {}

  get jwk(): JsonWebKey {
    const { kid } = this;
    return { ...this.pair.publicKey.export({ format: 'jwk' }), ...(kid !== undefined && { kid }), use: 'sig' };
  }

  token(body: string, kid = this.kid): string {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const text = `${encode({ alg: 'ES256', kid })}.${encode({ sha256: createHash('sha256').update(body).digest('hex') })}`;
    const key: KeyObject = this.pair.privateKey;
    return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }
}

describe('webhooks whose sender publishes a set of keys', () => {
  let app: INestApplication;
  let clock: TestClock;
  let published: SenderKey[];
  let down: boolean;
  let fetches: number;
  let url: string;
  const old = new SenderKey('old');
  const next = new SenderKey('next');

  beforeEach(async () => {
    [published, down, fetches] = [[old], false, 0];
    await start(async () => {
      fetches++;
      if (down) throw new Error('unreachable');
      return { keys: published.map(({ jwk }) => jwk) };
    });
  });
  afterEach(() => app.close());

  async function start(fetchKey: KeyFetcher): Promise<void> {
    clock = new TestClock();
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, providers: { deploys: { webhook: { sender, fetchKey } } } })],
      controllers: [Hooks],
    }).compile();
    app = module.createNestApplication({ rawBody: true, logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  }

  async function post(key: SenderKey, kid = key.kid): Promise<number> {
    const body = '{"deployed":true}';
    const headers = { 'content-type': 'application/json', 'x-signature': key.token(body, kid) };
    return (await fetch(`${url}/deploys`, { method: 'POST', headers, body })).status;
  }

  it('are verified with the new key of a set that was rotated, within the hour that the old set is kept', async () => {
    expect(await post(old)).toBe(200);
    published = [old, next];
    await clock.advance('1m');
    expect(await post(next)).toBe(200);
    expect(await post(old)).toBe(200);
    expect(fetches).toBe(2);
  });

  it('wait for one fetch when many come at once with the new key', async () => {
    expect(await post(old)).toBe(200);
    published = [next];
    await clock.advance('1m');
    expect(await Promise.all(Array.from({ length: 20 }, () => post(next)))).toEqual(Array(20).fill(200));
    expect(fetches).toBe(2);
  });

  it('have the set fetched once a minute at most, however many keys strangers name', async () => {
    expect(await post(old)).toBe(200);
    for (let minute = 1; minute <= 3; minute++) {
      await clock.advance('1m');
      for (let flood = 0; flood < 50; flood++) expect(await post(next, `made-up-${flood}`)).toBe(401);
      expect(await post(old)).toBe(200);
      expect(fetches).toBe(1 + minute);
    }
  });

  it('do not have the set fetched for a stranger that names a standing key, or none', async () => {
    expect(await post(old)).toBe(200);
    await clock.advance('2m');
    expect(await post(next, 'old')).toBe(401);
    expect(await post(new SenderKey(undefined))).toBe(401);
    expect(fetches).toBe(1);
  });

  it('with standing keys are handled while the next set cannot be fetched, those with others are left to a later try', async () => {
    expect(await post(old)).toBe(200);
    [published, down] = [[old, next], true];
    await clock.advance('1m');
    expect(await post(next)).toBe(503);
    expect(await post(old)).toBe(200);
    expect(await post(next)).toBe(503);
    expect(fetches).toBe(2);
    down = false;
    await clock.advance('1m');
    expect(await post(next)).toBe(200);
    expect(fetches).toBe(3);
  });

  it('with standing keys do not wait for a set that takes long', async () => {
    await app.close();
    let answer: ((set: JsonWebKey) => void) | undefined;
    await start((): Promise<JsonWebKey> => {
      if (fetches++ === 0) return Promise.resolve({ keys: [old.jwk] });
      return new Promise((resolve) => (answer = resolve));
    });
    expect(await post(old)).toBe(200);
    await clock.advance('1m');
    const waiting = post(next);
    while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(await post(old)).toBe(200);
    answer({ keys: [next.jwk] });
    expect(await waiting).toBe(200);
  });

  it('may be of a set as text, and of one whose keys have no ids', async () => {
    await app.close();
    const nameless = new SenderKey(undefined);
    await start(async () => {
      fetches++;
      return JSON.stringify({ keys: [nameless.jwk] });
    });
    expect(await post(nameless)).toBe(200);
    await clock.advance('1m');
    expect(await post(nameless, 'any')).toBe(200);
    expect(fetches).toBe(1);
  });
});
