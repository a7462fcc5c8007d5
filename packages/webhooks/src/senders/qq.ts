import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { isChallengeToken } from '../handshakes/challenge-token.js';
import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { HandshakeMeans, HandshakeResponse } from '../contract/handshake.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import { parseSecretText, type KeyFault } from '../keys/secret-text.js';
import type { Scheme } from '../definition/scheme.js';
import { secretKey, type SecretKey } from '../keys/secret-key.js';
import type { CodeSigned, CodeToSign } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Longer bodies are events: they are not parsed a second time. */
const LONGEST_HANDSHAKE = 4096;
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;

/** QQ bots: Discord's scheme, with a key pair that both sides derive from the bot's secret. */
export const qq = defineCodedSender({
  name: 'qq',
  docs: 'https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/sign.html',
  aliases: ['qq-bot'],
  algorithm: 'ed25519',
  key: 'hex',
  signature: { header: 'x-signature-ed25519' },
  payload: '{timestamp}{body}',
  timestamp: { header: 'x-signature-timestamp', unit: 's', tolerance: '5m' },
  id: { json: 'id' },
  code: { importKey, sign: signHeaders },
  handshake: { signed: true, answer: signToken },
  eventType: { json: 't' },
});

function importKey(secret: unknown, scheme: Scheme): SecretKey | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  const key = privateKey(text);
  const inner = secretKey(scheme, createPublicKey(key));
  return {
    scheme,
    matches: (candidates, signed) => inner.matches(candidates, signed),
    mac: (message) => sign(null, Buffer.from(message), key),
  };
}

/** The secret, repeated until it fills a seed. */
function privateKey(secret: string): KeyObject {
  const bytes = Buffer.from(secret);
  const seed = Buffer.alloc(SEED_BYTES, bytes);
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** Answers the validation of an address (operation 13), which asks for the signature of a token. */
function signToken(
  _request: WebhookRequest,
  verifiedBody: Uint8Array,
  { mac }: HandshakeMeans,
): HandshakeResponse | undefined {
  if (verifiedBody.length > LONGEST_HANDSHAKE) return undefined;
  const json = parseJson(verifiedBody);
  const token = textAt(json, ['d', 'plain_token']);
  const time = textAt(json, ['d', 'event_ts']);
  if (textAt(json, ['op']) !== '13' || !isChallengeToken(token) || !/^\d{1,12}$/.test(time ?? '')) return undefined;
  const signature = mac?.(`${time}${token}`)?.toString('hex');
  if (signature === undefined) return undefined;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ plain_token: token, signature }),
  };
}

function signHeaders(webhook: CodeToSign): CodeSigned {
  const [secret, second] = webhook.secrets;
  if (secret === undefined || second !== undefined) return webhook.refuse('has room for 1 signature(s) only');
  const timestamp = String(Math.floor(webhook.nowMs / 1000));
  const data = new SignedBytes(timestamp, webhook.body, '', 'latin1').whole();
  const signature = sign(null, data, privateKey(secret)).toString('hex');
  return { headers: { 'x-signature-timestamp': timestamp, 'x-signature-ed25519': signature } };
}
