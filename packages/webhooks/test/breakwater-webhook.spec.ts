import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { verifyWebhook } from '../src/verify-webhook.js';
import type { Verification } from '../src/contract/verification.js';

interface Seen {
  readonly verification: Verification;
  readonly body: string;
  readonly request: IncomingMessage;
}

const folder = mkdtempSync(join(tmpdir(), 'breakwater-webhook-'));
const command = join(folder, 'breakwater-webhook.mjs');
const seen: Seen[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../src/cli/breakwater-webhook.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: command,
  });
  server = createServer(
    (request, response) => void answer(request).then((status) => response.writeHead(status).end('seen')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** An endpoint for the sender that the path names, whose secret is `right`. */
async function answer(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const sender = (request.url ?? '').slice(1).replace(/\?.*$/, '');
  const options = { url: `${url}${request.url}` };
  const verification = verifyWebhook(
    sender,
    { headers: request.headersDistinct, body, method: 'POST' },
    'right',
    options,
  );
  seen.push({ verification, body: body.toString(), request });
  return verification.ok ? 200 : 401;
}

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOOK_SECRET: 'right' };
    execFile(process.execPath, [command, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe('breakwater-webhook', () => {
  it.each(['stripe', 'github', 'mailgun', 'netlify', 'square', 'recurly', 'telegram'])(
    'sends what a receiver of %s takes for genuine',
    async (sender) => {
      const { code, out } = await run('send', sender, `${url}/${sender}`, '--secret', 'right');
      expect([code, out]).toEqual([0, expect.stringMatching(/^1\/1 200 in \d+ ms: seen\n$/)]);
    },
  );

  it('writes the signature into a form', async () => {
    const args = ['--secret', 'right', '--data', 'bt_payload=PG5vdGlmaWNhdGlvbi8%2B'];
    const { code } = await run('send', 'braintree', `${url}/braintree`, ...args);
    expect([code, seen.at(-1)?.body]).toEqual([0, expect.stringContaining('bt_signature=key%7C')]);
  });

  it.each(['stripe', 'slack', 'telegram', 'netlify'])(
    'changes a request of %s, so that it is refused',
    async (sender) => {
      const { code, out } = await run('send', sender, `${url}/${sender}`, '--secret-env', 'HOOK_SECRET', '--tamper');
      expect([code, out]).toEqual([0, expect.stringMatching(/^1\/1 401/)]);
      expect(seen.at(-1)?.verification).toMatchObject({ ok: false, reason: 'mismatch' });
    },
  );

  it('sends one delivery several times, as retries', async () => {
    seen.length = 0;
    const file = join(folder, 'event.json');
    writeFileSync(file, '{"id":"evt_1","type":"charge.succeeded"}');
    const args = ['--secret', 'right', '--body', file, '--times', '2', '--header', 'X-Trace: a'];
    const { code, out } = await run('send', 'stripe', `${url}/stripe`, ...args);
    expect([code, out.trim().split('\n').length]).toEqual([0, 2]);
    const keys = seen.map(({ verification }) => (verification.ok ? verification.identity() : undefined));
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(seen[0]?.body).toBe('{"id":"evt_1","type":"charge.succeeded"}');
    expect(seen[0]?.request.headers).toMatchObject({ 'x-trace': 'a', 'content-type': 'application/json' });
  });

  it('signs with a time in the past', async () => {
    const { code } = await run('send', 'slack', `${url}/slack`, '--secret', 'right', '--late', '10m');
    expect([code, seen.at(-1)?.verification]).toMatchObject([1, { reason: 'stale' }]);
  });

  it('ends with 1 where a genuine webhook is refused', async () => {
    const { code, out } = await run('send', 'stripe', `${url}/stripe`, '--secret', 'wrong');
    expect([code, out]).toEqual([1, expect.stringMatching(/^1\/1 401/)]);
  });

  it('prints how it is used, and the senders', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringMatching(/--tamper[\s\S]*Example/) });
    expect(await run('senders')).toMatchObject({ code: 0, out: expect.stringMatching(/^stripe$/m) });
    expect((await run()).code).toBe(2);
  });

  it.each<[string, string[], RegExp]>([
    ['no sender', ['send'], /needs a sender and a URL/],
    ['an unknown sender', ['send', 'acme', 'http://127.0.0.1/', '--secret', 's'], /no webhook sender "acme"/],
    ['no secret', ['send', 'stripe', 'http://127.0.0.1/'], /needs a --secret/],
    ['a variable that is not set', ['send', 'stripe', 'http://127.0.0.1/', '--secret-env', 'NOPE'], /NOPE is not set/],
    ['an address that is none', ['send', 'stripe', 'localhost:3000', '--secret', 's'], /no http or https address/],
    ['a file that is not there', ['send', 'stripe', 'http://a/', '--secret', 's', '--body', '/nowhere'], /ENOENT/],
    ['an unknown option', ['send', 'stripe', 'http://a/', '--secert', 's'], /--secert/],
    ['a secret in quotes', ['send', 'stripe', 'http://a/', '--secret', '"s"'], /stands in quotes/],
    ['an unknown command', ['receive'], /no command "receive"/],
  ])('says what is wrong with %s', async (_what, args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });

  it('says that nothing listens', async () => {
    const { code, err } = await run('send', 'stripe', 'http://127.0.0.1:9/', '--secret', 's');
    expect([code, err]).toEqual([1, expect.stringMatching(/did not answer/)]);
  });
});
