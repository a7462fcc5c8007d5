import { deepStrictEqual, strictEqual } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { root } from './pack.mjs';

const SECRET = 'whsec_compat';

/**
 * Boots the application and uses it: a charge through a provider that fails at first, a webhook, a forged one, and its
 * health, before and after a circuit is isolated.
 */
export async function exercise({ folder, terminus }, { env }) {
  const keys = [];
  const provider = await listen((request, response) => {
    keys.push(request.headers['idempotency-key']);
    response.writeHead(keys.length === 1 ? 503 : 201, { 'content-type': 'application/json' });
    response.end('{"id":"ch_1"}');
  });
  const main = ['dist/main.js', 'dist/src/main.js'].find((path) => existsSync(join(folder, path)));
  const port = await freePort();
  const own = { PORT: port, PAYMENTS_URL: urlOf(provider), PAYMENTS_WEBHOOK_SECRET: SECRET, NO_COLOR: '1' };
  const application = spawn('node', [main], {
    cwd: folder,
    env: { ...env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [application.stdout, application.stderr]) stream.on('data', (data) => (output += data));
  try {
    const url = `http://127.0.0.1:${port}`;
    await isUp(url, application);
    const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":"o-1","amount":5}' };
    strictEqual((await fetch(`${url}/payments`, order)).status, 201);
    strictEqual(await (await fetch(`${url}/payments`, order)).text(), '{"id":"ch_1"}');
    strictEqual(keys.length, 2, `requests to the provider: ${keys}`);
    strictEqual(keys[0] !== undefined && keys[0] === keys[1], true, `idempotency keys: ${keys}`);
    strictEqual(await deliver(url, SECRET), 200);
    strictEqual(await deliver(url, 'whsec_forged'), 401);
    strictEqual(output.includes('received evt_1'), true);
    await checkHealth(`${url}/health`, terminus);
  } catch (error) {
    process.stdout.write(output);
    throw error;
  } finally {
    application.kill();
    provider.close();
  }
}

async function deliver(url, secret) {
  const { signWebhook } = await import(pathToFileURL(join(root, 'packages', 'webhooks', 'dist', 'esm', 'index.js')));
  const body = Buffer.from('{"id":"evt_1","type":"charge.succeeded"}');
  const headers = { 'content-type': 'application/json', ...signWebhook('stripe', { body }, secret) };
  const { status } = await fetch(`${url}/payments/webhook`, { method: 'POST', headers, body });
  return status;
}

/** An isolated circuit is degraded, which terminus 11 has no word for, and no reason to leave the load balancer. */
async function checkHealth(url, terminus) {
  deepStrictEqual((await healthOf(url)).resilience, { status: 'up', providers: {} });
  await fetch(`${url}/isolate`, { method: 'POST' });
  const { resilience } = await healthOf(url);
  const isOld = terminus.startsWith('11.');
  const expected = isOld ? { status: 'up', degraded: true } : { status: 'degraded' };
  deepStrictEqual(resilience, { ...expected, providers: { payments: { circuit: 'isolated' } } });
}

async function healthOf(url) {
  const response = await fetch(url);
  strictEqual(response.status, 200);
  return (await response.json()).details;
}

async function isUp(url, application) {
  for (let tries = 0; tries < 300 && application.exitCode === null; tries++) {
    try {
      await fetch(url);
      return;
    } catch {
      await wait(100);
    }
  }
  throw new Error('the application does not answer');
}

async function freePort() {
  const server = await listen(() => undefined);
  const { port } = server.address();
  server.close();
  return port;
}

async function listen(handle) {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function urlOf(server) {
  return `http://127.0.0.1:${server.address().port}`;
}
