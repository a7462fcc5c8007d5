import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseDuration } from '../encoding/parse-duration.js';
import { UsageError } from './usage-error.js';

/** The command, understood. */
export interface SendArguments {
  readonly sender: string;
  readonly url: string;
  readonly publicUrl: string;
  readonly secrets: readonly string[];
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string | undefined;
  readonly times: number;
  readonly tamper: boolean;
  readonly lateMs: number;
  readonly method: string;
  readonly timeoutMs: number;
}

const MOST_TIMES = 1000;
const OPTIONS = {
  secret: { type: 'string', multiple: true },
  'secret-env': { type: 'string', multiple: true },
  body: { type: 'string' },
  data: { type: 'string' },
  header: { type: 'string', multiple: true },
  id: { type: 'string' },
  times: { type: 'string' },
  tamper: { type: 'boolean' },
  late: { type: 'string' },
  'public-url': { type: 'string' },
  method: { type: 'string' },
  timeout: { type: 'string' },
} as const;

/** Reads the arguments of `send`. Throws a `UsageError` that says what is missing. */
export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): SendArguments {
  const { values, positionals } = parse(args);
  const [sender, url, ...more] = positionals;
  if (sender === undefined || url === undefined) throw new UsageError('send needs a sender and a URL');
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is one argument too many`);
  if (!/^https?:\/\/./i.test(url) || !URL.canParse(url)) throw new UsageError(`"${url}" is no http or https address`);
  const secrets = [
    ...(values.secret ?? []).map((secret) => (/\.(?:pem|key)$/.test(secret) ? readText(secret) : secret)),
    ...(values['secret-env'] ?? []).map((name) => variable(environment, name)),
  ];
  if (secrets.length === 0)
    throw new UsageError('send needs a --secret, or the variable that it is in as --secret-env');
  if (values.body !== undefined && values.data !== undefined)
    throw new UsageError('--body and --data exclude each other');
  return {
    sender,
    url,
    publicUrl: values['public-url'] ?? url,
    secrets,
    body: bodyOf(values),
    headers: Object.fromEntries((values.header ?? []).map(readHeader)),
    id: values.id,
    times: count(values.times ?? '1'),
    tamper: values.tamper ?? false,
    lateMs: values.late === undefined ? 0 : parseDuration(values.late, '--late'),
    method: (values.method ?? 'POST').toUpperCase(),
    timeoutMs: parseDuration(values.timeout ?? '30s', '--timeout'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function bodyOf({ body, data }: { readonly body?: string | undefined; readonly data?: string | undefined }): Buffer {
  if (data !== undefined) return Buffer.from(data);
  if (body === undefined) return Buffer.from(JSON.stringify({ id: `evt_${randomUUID()}`, type: 'test' }));
  return readBytes(body === '-' ? 0 : body);
}

function readText(file: string): string {
  return readBytes(file).toString('utf8');
}

function readBytes(file: string | number): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : `${file} cannot be read`);
  }
}

function variable(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new UsageError(`the environment variable ${name} is not set`);
  return value;
}

function readHeader(text: string): readonly [string, string] {
  const found = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/.exec(text);
  if (found === null) throw new UsageError(`--header takes "name: value", not "${text}"`);
  return [(found[1] ?? '').toLowerCase(), found[2] ?? ''];
}

function count(text: string): number {
  const times = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (times < 1 || times > MOST_TIMES)
    throw new UsageError(`--times takes a number from 1 to ${MOST_TIMES}, not "${text}"`);
  return times;
}
