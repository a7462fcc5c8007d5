// Compiles every example of docs/sdks.md and runs it against a provider on this machine: when that answers, and when it
// drops the
// connection, after which what carries a key goes out again with the same one, and a POST without a key does not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fakeProvider } from './fake-provider.mjs';
import { fakeGrpc } from './grpc.mjs';

const [root] = process.argv.slice(2);
const folder = join(import.meta.dirname, 'examples');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);

const examples = [];
const text = readFileSync(join(root, 'docs', 'sdks.md'), 'utf8');
for (const [, name, unkeyed, code] of text.matchAll(/^```ts clients name=(\w+)( unkeyed)?\n([\s\S]*?)^```$/gm)) {
  writeFileSync(join(folder, `${name}.ts`), code);
  examples.push({ name, isKeyed: unkeyed === undefined && name !== 'aws' });
}
compile();
const failures = (await Promise.all(examples.map(tryExample))).flat();
for (const failure of failures) process.stderr.write(`docs/sdks.md, ${failure}\n`);
process.stdout.write(`${examples.length} examples of docs/sdks.md compile and run: ${failures.length} failures\n`);
process.exit(failures.length === 0 ? 0 : 1);

async function tryExample({ name, isKeyed }) {
  const { example } = await import(pathToFileURL(join(folder, `${name}.js`)).href);
  const answered = await requestsOf(name, example, '200');
  const dropped = await requestsOf(name, example, name === 'grpc' ? '500' : 'drop');
  const keys = new Set(dropped.requests.map(({ headers }) => headers['idempotency-key']));
  // The upload of AWS is a PUT, which may be repeated by its method.
  const times = isKeyed || name === 'aws' ? 3 : 1;
  return [
    ...(answered.error === undefined ? [] : [`${name}: ${String(answered.error)}`]),
    ...(answered.requests.length === 1 ? [] : [`${name}: ${answered.requests.length} requests; expected 1`]),
    ...(dropped.requests.length === times
      ? []
      : [`${name}, dropped: ${dropped.requests.length} requests; expected ${times}`]),
    ...(isKeyed && !(keys.size === 1 && keys.has('order-1')) ? [`${name}: keys ${[...keys].join(', ')}`] : []),
  ];
}

async function requestsOf(name, example, scenario) {
  const server = name === 'grpc' ? await fakeGrpc(scenario) : await fakeProvider(scenario);
  let error;
  try {
    await example(`http://127.0.0.1:${server.port}`);
  } catch (thrown) {
    error = thrown;
  }
  server.close();
  return { requests: server.requests, error };
}

function compile() {
  const compilerOptions = {
    target: 'ES2022',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
