import { randomUUID } from 'node:crypto';
import { startJsonServer, type JsonAnswer, type JsonRequest, type JsonServer } from './json-server.js';

export interface TokenServerOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Seconds; left out of the answers where it is 0. Default 3600. */
  readonly expiresIn?: number;
}

/** An OAuth 2 server with the client credentials grant alone. */
export interface TokenServer extends JsonServer {
  /** Every request: its parameters. */
  readonly requests: readonly Readonly<Record<string, string>>[];
  /** Whether a token that it has handed out is accepted. */
  accepts(token: string | undefined): boolean;
  /** Every token that it has handed out. */
  readonly tokens: readonly string[];
  revokeAll(): void;
  /** Changes the client's secret; the one before is refused from now on. */
  rotate(clientSecret: string): void;
  /** Answers with this instead, or as usual again. */
  answerWith(answer: JsonAnswer | undefined): void;
}

/** Starts the server, whose token endpoint is `/token`. Source: RFC 6749 §2.3.1, §4.4 and §5. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { clientId, expiresIn = 3600 } = options;
  let { clientSecret } = options;
  const requests: Record<string, string>[] = [];
  const tokens: string[] = [];
  const accepted = new Set<string>();
  let forced: JsonAnswer | undefined;

  const server = await startJsonServer((request) => {
    const form = new URLSearchParams(request.body);
    requests.push(Object.fromEntries(form));
    if (forced !== undefined) return forced;
    if (request.path !== '/token' || request.method !== 'POST') return { status: 404 };
    const [id, secret] = clientOf(request, form);
    if (id !== clientId || secret !== clientSecret) return { status: 401, body: { error: 'invalid_client' } };
    if (form.get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    const token = `at-${randomUUID()}`;
    tokens.push(token);
    accepted.add(token);
    const life = expiresIn === 0 ? {} : { expires_in: expiresIn };
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: { access_token: token, token_type: 'bearer', ...life },
    };
  });
  return {
    ...server,
    requests,
    tokens,
    accepts: (token) => token !== undefined && accepted.has(token),
    revokeAll: () => accepted.clear(),
    rotate: (next) => (clientSecret = next),
    answerWith: (answer) => (forced = answer),
  };
}

function clientOf({ headers }: JsonRequest, form: URLSearchParams): readonly (string | null)[] {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined) return [form.get('client_id'), form.get('client_secret')];
  const pair = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return pair.map((part) => new URLSearchParams(`part=${part}`).get('part'));
}
