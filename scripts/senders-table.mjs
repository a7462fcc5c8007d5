// Holds docs/webhooks/senders.md to the definitions of the senders; --write writes it anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const document = join(root, 'docs/webhooks/senders.md');
const folder = join(root, '.cache', 'senders-table');
mkdirSync(folder, { recursive: true });
const bundle = join(folder, 'webhooks.mjs');
await build({
  stdin: {
    contents: "export { senders } from './senders/index.js'; export { planOf } from './registry/plan-of.js';",
    resolveDir: join(root, 'packages/webhooks/src'),
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: bundle,
});
const { senders, planOf } = await import(bundle);

const rows = senders.map((sender) => {
  const plan = planOf(sender);
  return [
    [`[${sender.name}]`, ...(sender.aliases ?? [])].join(', '),
    signatureOf(sender),
    signedOf(sender, plan),
    algorithmOf(sender),
    timeOf(plan),
    identityOf(sender, plan),
    [sender.eventType ?? []].flat().map(place).join(', otherwise ') || 'none',
    sender.handshake === undefined ? '' : sender.handshake.signed ? 'signed' : 'unsigned',
  ];
});
const heading = [
  'sender, other names',
  'signature',
  'signed',
  'algorithm',
  'time',
  'identity',
  "event's name",
  'handshake',
];
const table = [heading, heading.map(() => '---'), ...rows]
  .map((cells) => `| ${cells.map(escape).join(' | ')} |`)
  .join('\n');
const pages = senders.map(({ name, docs }) => `[${name}]: ${docs}`).join('\n');
const written = readFileSync(document, 'utf8');
const [before] = written.split('<!-- generated -->');
const text = await format(
  `${before}<!-- generated -->\n<!-- prettier-ignore-start -->\n\n${table}\n\n${pages}\n\n<!-- prettier-ignore-end -->\n`,
  {
    ...(await resolveConfig(document)),
    parser: 'markdown',
  },
);
if (process.argv.includes('--write')) writeFileSync(document, text);
else if (text !== written) {
  process.stderr.write(
    `${relative(root, document)} differs from the senders: run node scripts/senders-table.mjs --write\n`,
  );
  process.exit(1);
}

function place(given) {
  const { header, headers, numbered, json, form, query, claim } = given;
  return [
    header && `\`${header}\``,
    headers?.map((name) => `\`${name}\``).join(', '),
    numbered && `\`${numbered}1\` to \`16\``,
    json && `\`${json}\` in the JSON`,
    form && `field \`${form}\``,
    query && `parameter \`${query}\``,
    claim && `claim \`${claim}\``,
  ]
    .filter(Boolean)
    .join(' or ');
}

function signatureOf({ signature }) {
  const { prefix, list } = signature;
  const form = list?.label ? `\`${list.label}${list.assign}…\`` : list && 'list';
  return [place(signature), prefix && `\`${prefix}…\``, form].filter(Boolean).join(', ');
}

function signedOf(sender, plan) {
  if (sender.jwt !== undefined) {
    const claims = [sender.jwt.body, sender.jwt.url].filter(Boolean).map(({ claim }) => `\`${claim}\``);
    return `token with ${claims.join(' and ')}`;
  }
  if (plan.verifiedByCode) return 'by code, see its page';
  if (plan.schemes[0].family === 'comparison') return 'nothing';
  return `\`${(sender.payload ?? '{body}').replaceAll('\n', '⏎')}\``;
}

function algorithmOf({ algorithm, key, signature, fetchedKey }) {
  const encoding = typeof key === 'object' ? key.encoding : key;
  const hashed = typeof key === 'object' && key.hash ? `, key hashed by ${key.hash}` : '';
  const written = signature.encoding && signature.encoding !== 'hex' ? `, ${signature.encoding}` : '';
  const given = encoding && encoding !== 'utf8' ? `, key in ${encoding}` : '';
  return `${algorithm}${written}${given}${hashed}${fetchedKey ? ', key fetched' : ''}`;
}

function timeOf({ timestamp }) {
  if (timestamp === undefined) return 'none';
  const { toleranceMs: ms } = timestamp;
  if (ms >= 3_600_000) return `±${ms / 3_600_000} h`;
  return ms >= 60_000 ? `±${ms / 60_000} min` : `±${ms / 1000} s`;
}

function identityOf(sender, plan) {
  const { kind, further, unless, fields } = plan.identity;
  switch (kind) {
    case 'id':
      return `signed id: ${sender.id ? place(sender.id) : 'of the token'}`;
    case 'label':
      return `label: ${[sender.identity?.label ?? sender.id].flat().map(place).join(', otherwise ')}${further.length > 0 ? `, with ${[sender.identity.with].flat().map(place).join(', ')}` : ''}`;
    case 'signed-bytes':
      return unless.length > 0
        ? `signed bytes, unless they hold ${sender.identity.signedBytesUnless.map(place).join(', ')}`
        : 'signed bytes';
    case 'body-without':
      return fields.size > 0 ? `JSON without ${[...fields].map((name) => `\`${name}\``).join(', ')}` : 'JSON';
    default:
      return 'none: copies are handled again';
  }
}

function escape(text) {
  return String(text).replaceAll('|', '\\|');
}
