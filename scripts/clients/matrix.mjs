import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider } from '@breakwater/core';
import { clients, keyless, repeatsItself, withoutSignal } from './clients.mjs';
import { closedPort, fakeProvider } from './fake-provider.mjs';
import { fakeGrpc, grpcClient } from './grpc.mjs';

const [root, ...only] = process.argv.slice(2);
const AT_ONCE = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false };
/** How each row of the table is brought about. */
const SCENARIOS = {
  'dropped connection': 'drop',
  500: '500',
  timeout: 'hang',
  400: '400',
  404: '404',
  409: '409',
  '429 with `Retry-After`': '429',
  'a 404 whose body breaks off': '404 cut',
  'a 429 whose body breaks off': '429 cut',
  'a 404 whose body cannot be unpacked': '404 garbled',
  'refused connection': 'refused',
  'the caller’s abort': 'abort',
};
/** Endings that gRPC has not: its answers end with a status of their own. */
const HTTP_ONLY = /cut|garbled/;
const all = { ...clients, 'grpc-js': grpcClient };
const names = Object.keys(all).filter((name) => only.length === 0 || only.includes(name));
const expected = tableOf(readFileSync(join(root, 'packages', 'core', 'README.md'), 'utf8'));
const differences = [];

for (let i = 0; i < names.length; i += 5) await Promise.all(names.slice(i, i + 5).map(tryClient));

async function tryClient(name) {
  const rows = await Promise.all(Object.keys(SCENARIOS).map(async (row) => [row, await tryRow(name, row)]));
  const shown = rows.map(([row, got]) => {
    const want = expected.get(row);
    if (got === undefined) return '(HTTP only)';
    const cell = `${got.requests} ${got.outcome} ${got.circuit}`;
    if (cell === `${want.requests} ${want.outcome} ${want.circuit}`) return '·';
    differences.push(
      `${name}, ${row}: ${cell}; packages/core/README.md says ${want.requests} ${want.outcome} ${want.circuit}`,
    );
    return cell;
  });
  const keyed = keyless.has(name) ? 'no header' : await tryKey(name);
  if (keyed !== 'no header' && keyed !== '3, one key')
    differences.push(`${name}, with the key: ${keyed}; expected 3, one key`);
  process.stdout.write(`${name.padEnd(16)} ${shown.join(' ')}   with the key: ${keyed}\n`);
}

/** One call of a client in one scenario: requests sent, what the engine made of it, and what the circuit counted. */
async function tryRow(name, row) {
  const scenario = SCENARIOS[row];
  if (name === 'grpc-js' && HTTP_ONLY.test(scenario)) return undefined;
  const server = await serve(name, scenario === 'refused' || scenario === 'abort' ? 'hang' : scenario);
  const port = scenario === 'refused' ? await closedPort() : server.port;
  const seen = [];
  const options = {
    retry: AT_ONCE,
    circuitBreaker: {},
    classify: (_result, { standard }) => void seen.push(standard()),
    // Long enough for a client's first request, which may load half of its package, on a machine under load.
    ...((scenario === 'hang' || HTTP_ONLY.test(scenario)) && { timeout: { attempt: '3s' } }),
  };
  const provider = providerOf(name, options);
  const send = await all[name]({ port, url: `http://127.0.0.1:${port}`, provider: () => provider });
  const abort = new AbortController();
  if (scenario === 'abort') void asked(server).then(() => abort.abort(new Error('the caller left')));
  const run = (call) => send({ signal: withoutSignal.has(name) ? undefined : call.signal });
  await provider.execute(run, { signal: abort.signal }).catch(() => undefined);
  const { succeeded, failed } = provider.snapshot().policies.find(({ kind }) => kind === 'circuitBreaker');
  const requests = countOf(name, server.requests);
  server.close();
  provider.close();
  const outcome = scenario === 'abort' && seen.length === 0 ? 'cancelled' : [...new Set(seen.map(nameOf))].join('/');
  return {
    requests: String(requests),
    outcome,
    circuit: failed > 0 ? 'failure' : succeeded > 0 ? 'success' : 'not counted',
  };
}

/** Resolves when the first request has come: the caller leaves while it is under way. */
async function asked({ requests }) {
  while (requests.length === 0) await sleep(5);
}

/**
 * How many requests the engine has brought about: one that the client repeats by itself, under one key, counts once.
 */
function countOf(name, requests) {
  if (!repeatsItself.has(name)) return requests.length;
  return new Set(requests.map(({ headers }) => headers['idempotency-key'])).size;
}

function nameOf({ kind, retryAfterMs }) {
  return kind === 'throttled' && retryAfterMs !== 1000 ? `throttled after ${retryAfterMs} ms` : kind;
}

/** A POST of unknown outcome with the call's key: how often it goes out, and with which keys. */
async function tryKey(name) {
  const server = await serve(name, name === 'grpc-js' ? '500' : 'drop');
  const provider = providerOf(name, { retry: AT_ONCE, http: { baseUrl: `http://127.0.0.1:${server.port}` } });
  const send = await all[name]({ ...server, url: `http://127.0.0.1:${server.port}`, provider: () => provider });
  await provider
    .execute((call) => send({ key: call.idempotencyKey }), { idempotencyKey: 'order-1' })
    .catch(() => undefined);
  const keys = new Set(server.requests.map(({ headers }) => headers['idempotency-key']));
  server.close();
  provider.close();
  const sent = server.requests.length / (repeatsItself.has(name) ? 2 : 1);
  return `${sent}, ${keys.size === 1 && keys.has('order-1') ? 'one key' : `keys ${[...keys].join(', ')}`}`;
}

function serve(name, scenario) {
  return name === 'grpc-js' ? fakeGrpc(scenario) : fakeProvider(scenario);
}

function providerOf(name, options) {
  return createProvider(name, options, { trackCalls: true, warn: () => undefined });
}

/** The rows of the table that says what becomes of a POST without a key. */
function tableOf(readme) {
  const rows = readme
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const start = rows.findIndex(([first]) => first === 'a POST without a key ends with');
  const found = rows
    .slice(start + 2)
    .map(([row, requests, outcome, circuit]) => [row, { requests, outcome: outcome?.replaceAll('`', ''), circuit }]);
  const table = new Map(found.filter(([row]) => row in SCENARIOS));
  const missing = Object.keys(SCENARIOS).filter((row) => !table.has(row));
  if (start === -1 || missing.length > 0)
    throw new Error(`packages/core/README.md: the table lacks ${missing.join(', ')}`);
  return table;
}

if (names.length === 0) differences.push(`no such client: ${only.join(', ')}`);
for (const difference of differences) process.stderr.write(`${difference}\n`);
process.stdout.write(
  `${names.length} clients, ${Object.keys(SCENARIOS).length} endings each: ${differences.length} differences\n`,
);
process.exit(differences.length === 0 ? 0 : 1);
