// Verifies every webhook of a file of known answers, and prints those on which @breakwater/webhooks disagrees.
// Usage: npm run vectors -- FILE. Each is { id, scheme, secret | secrets | publicKey, alg?, headers, method?, url?,
// rawBody | rawBodyBase64, now? (epoch s), tolerance? (s), expect: 'valid' | 'invalid', why }.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  findSender,
  httpSignatureSender,
  isWebhookConfigurationError,
  verifyWebhook,
} from '../packages/webhooks/dist/esm/index.js';

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write('Usage: npm run vectors -- FILE\n');
  process.exit(2);
}
// npm runs scripts in the root of the repository: paths are meant from where the command was typed.
const vectors = JSON.parse(readFileSync(resolve(process.env.INIT_CWD ?? '.', file), 'utf8'));

let disagree = 0;
for (const vector of vectors) {
  const { verdict, because } = judge(vector);
  if (verdict === vector.expect) continue;
  disagree++;
  process.stdout.write(
    `${vector.id} (${vector.scheme}): ${verdict} instead of ${vector.expect}: ${because} [${vector.why}]\n`,
  );
}
process.stdout.write(`${vectors.length - disagree} agree, ${disagree} disagree\n`);
process.exitCode = disagree === 0 ? 0 : 1;

function judge(vector) {
  const { method, url, headers, rawBody, rawBodyBase64, now, tolerance } = vector;
  const options = {
    ...(vector.publicKey !== undefined && { keys: [vector.publicKey].flat() }),
    // An answer without a time says nothing of how old a webhook may be.
    ...(now === undefined ? { tolerance: '36500d' } : { now: now * 1000 }),
    ...(tolerance !== undefined && { tolerance: tolerance * 1000 }),
  };
  const secrets = vector.secrets ?? (vector.secret === undefined ? [] : [vector.secret]);
  try {
    findSender(vector.scheme);
  } catch (error) {
    return { verdict: 'an unknown sender', because: error.message };
  }
  try {
    const body = rawBodyBase64 === undefined ? Buffer.from(rawBody ?? '') : Buffer.from(rawBodyBase64, 'base64');
    const answer = verifyWebhook(senderOf(vector), { method, url, headers, body }, secrets, options);
    return answer.ok
      ? { verdict: 'valid', because: `secret ${answer.secretIndex} matches` }
      : { verdict: 'invalid', because: `${answer.reason}: ${answer.detail}` };
  } catch (error) {
    const verdict = isWebhookConfigurationError(error) ? 'invalid' : 'an exception';
    return { verdict, because: error instanceof Error ? error.message : String(error) };
  }
}

/** The algorithm of HTTP message signatures is part of the receiver's configuration. */
function senderOf({ scheme, alg }) {
  if (scheme !== 'rfc9421' || alg === undefined) return scheme;
  return httpSignatureSender({ name: 'rfc9421', algorithm: alg, components: [] });
}
