import { randomUUID } from 'node:crypto';
import { parseJson } from '../encoding/json-path.js';
import { wallClock } from '../encoding/wall-clock.js';
import { senderTraits } from '../sender-traits.js';
import { signWebhookRequest } from '../sign-webhook.js';
import type { SendArguments } from './read-arguments.js';
import { tampered, type OutgoingWebhook } from './tampered.js';
import type { Terminal } from './terminal.js';

const LONGEST_EXCERPT = 300;

/**
 * Sends one delivery as often as asked, one attempt after the other. Returns whether the endpoint answered as hoped.
 */
export async function sendWebhook(given: SendArguments, terminal: Terminal): Promise<boolean> {
  const { signsId, signsBody } = senderTraits(given.sender);
  const id = given.id ?? (signsId ? `msg_${randomUUID()}` : undefined);
  let asHoped = true;
  for (let attempt = 1; attempt <= given.times; attempt++) {
    const signed = sign(given, id);
    const { status, text, tookMs } = await post(given, given.tamper ? tampered(signed, signsBody) : signed);
    const isSuccess = status >= 200 && status < 300;
    const isRefusal = status >= 400 && status < 500;
    asHoped &&= given.tamper ? isRefusal : isSuccess;
    terminal.write(`${attempt}/${given.times} ${status} in ${tookMs} ms${text === '' ? '' : `: ${excerpt(text)}`}\n`);
  }
  if (!asHoped && given.tamper)
    terminal.complain('The endpoint did not refuse a request that was changed after signing.\n');
  return asHoped;
}

function sign(
  { sender, body, secrets, headers, method, lateMs, publicUrl, url }: SendArguments,
  id: string | undefined,
) {
  const type = headers['content-type'] ?? (parseJson(body) === undefined ? guessedType(body) : 'application/json');
  const signed = signWebhookRequest(
    sender,
    {
      body,
      method,
      url: publicUrl,
      now: wallClock() - lateMs,
      headers: { 'content-type': type, ...headers },
      ...(id !== undefined && { id }),
    },
    secrets,
  );
  return { headers: signed.headers, body: signed.body, url: publicUrl === url ? (signed.url ?? url) : url };
}

function guessedType(body: Buffer): string {
  return /^[\w.~%+-]+=/.test(body.toString('latin1')) ? 'application/x-www-form-urlencoded' : 'text/plain';
}

async function post({ method, timeoutMs }: SendArguments, { url, headers, body }: OutgoingWebhook) {
  const startedMs = wallClock();
  const hasBody = method !== 'GET' && method !== 'HEAD';
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(hasBody && { body: new Uint8Array(body) }),
    });
    return { status: response.status, text: await response.text(), tookMs: wallClock() - startedMs };
  } catch (error) {
    throw new Error(`${url} did not answer: ${reasonOf(error, timeoutMs)}`, { cause: error });
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no response within ${timeoutMs} ms`;
  const cause: unknown = error.cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
  if (code === 'ECONNREFUSED') return 'nothing listens there (ECONNREFUSED)';
  return code ?? (cause instanceof Error ? cause.message : error.message);
}

/** One line, without characters that a terminal would act on. */
function excerpt(text: string): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '?')
    .trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
