import { randomUUID } from 'node:crypto';
import { startJsonServer, type JsonAnswer, type JsonRequest, type JsonServer } from './json-server.js';
import { KeyValueEngine } from './key-value-engine.js';
import { VaultTokens, type TokenRole } from './vault-tokens.js';

export interface VaultOptions {
  /** A token that may do all. Default `'root'`. */
  readonly rootToken?: string;
  readonly appRole?: TokenRole & { readonly roleId: string; readonly secretId: string };
  readonly kubernetes?: TokenRole & { readonly role: string; readonly jwt: string };
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly port?: number;
}

/** A server that speaks the part of Vault's HTTP API that secrets are read and rotated with. */
export interface VaultServer extends JsonServer {
  /** Every request: its method and its path below `/v1/`. */
  readonly requests: readonly string[];
  /** Every token that it has handed out, but that of the root. */
  readonly tokens: readonly string[];
  /** Writes the next version of a secret, at its path within the mount `secret`. */
  write(path: string, data: object): void;
  forget(path: string): void;
  revokeTokens(): void;
  /** Answers everything with this status, such as 503 of a sealed server, or as usual again. */
  failWith(status: number | undefined): void;
}

const API = '/v1/';

/**
 * Starts the server. Source: Vault's HTTP API, "KV secrets engine, version 2", "AppRole", "Kubernetes" and "Token auth
 * method".
 */
export async function startVault(options: VaultOptions = {}): Promise<VaultServer> {
  const { rootToken = 'root', now = Date.now, port } = options;
  const tokens = new VaultTokens(now);
  const engine = new KeyValueEngine(now);
  const requests: string[] = [];
  let failing: number | undefined;
  tokens.make({ ttl: 0 }, rootToken);
  const vault = new VaultProtocol(options, tokens, engine);
  const server = await startJsonServer(
    (request) => {
      requests.push(`${request.method} ${request.path.slice(API.length)}`);
      return failing === undefined ? vault.answer(request) : refusal(failing, 'Vault is sealed');
    },
    port === undefined ? {} : { port },
  );
  return {
    ...server,
    requests,
    get tokens() {
      return tokens.handedOut.filter((token) => token !== rootToken);
    },
    write: (path, data) => void engine.write(path, data),
    forget: (path) => engine.forget(path),
    failWith: (status) => (failing = status),
    revokeTokens() {
      tokens.revokeAll();
      tokens.make({ ttl: 0 }, rootToken);
    },
  };
}

class VaultProtocol {
  constructor(
    private readonly options: VaultOptions,
    private readonly tokens: VaultTokens,
    private readonly engine: KeyValueEngine,
  ) {}

  answer(request: JsonRequest): JsonAnswer {
    const { appRole, kubernetes } = this.options;
    const path = request.path.slice(API.length);
    const body = request.body === '' ? {} : (JSON.parse(request.body) as Readonly<Record<string, unknown>>);
    if (path === 'sys/health') return { status: 200, body: { initialized: true, sealed: false, standby: false } };
    if (path === 'auth/approle/login') {
      const fits = appRole?.roleId === body['role_id'] && appRole?.secretId === body['secret_id'];
      return fits ? this.login(appRole!) : refusal(400, 'invalid role or secret ID');
    }
    if (path === 'auth/kubernetes/login') {
      const fits = kubernetes?.role === body['role'] && kubernetes?.jwt === body['jwt'];
      return fits ? this.login(kubernetes!) : refusal(403, 'permission denied');
    }
    const token = String(request.headers['x-vault-token'] ?? '');
    if (!this.tokens.isValid(token)) return refusal(403, 'permission denied');
    if (path.startsWith('auth/token/')) return this.ofToken(path.slice('auth/token/'.length), token);
    if (path.startsWith('secret/data/'))
      return this.ofSecret(request, decodeURI(path.slice('secret/data/'.length)), body);
    return refusal(404);
  }

  private login(role: TokenRole): JsonAnswer {
    return this.authOf(this.tokens.make(role));
  }

  private authOf(token: string): JsonAnswer {
    const auth = {
      client_token: token,
      accessor: randomUUID(),
      policies: ['default'],
      lease_duration: this.tokens.leftOf(token),
      renewable: this.tokens.isRenewable(token),
    };
    return { status: 200, body: { ...envelope(), auth } };
  }

  private ofToken(what: string, token: string): JsonAnswer {
    switch (what) {
      case 'lookup-self': {
        const ttl = this.tokens.leftOf(token);
        const data = { id: token, ttl: Number.isFinite(ttl) ? ttl : 0, renewable: this.tokens.isRenewable(token) };
        return { status: 200, body: { ...envelope(), data } };
      }
      case 'renew-self':
        return this.tokens.renew(token) ? this.authOf(token) : refusal(400, 'lease is not renewable');
      case 'revoke-self':
        this.tokens.revoke(token);
        return { status: 204 };
      default:
        return refusal(404);
    }
  }

  private ofSecret({ method, query }: JsonRequest, path: string, body: Readonly<Record<string, unknown>>): JsonAnswer {
    switch (method) {
      case 'GET': {
        const { status, data } = this.engine.read(path, Number(query.get('version') ?? 0));
        return { status, body: data === undefined ? { errors: [] } : { ...envelope(), data } };
      }
      case 'POST':
      case 'PUT':
        return { status: 200, body: { ...envelope(), data: this.engine.write(path, Object(body['data']) as object) } };
      case 'DELETE':
        this.engine.delete(path);
        return { status: 204 };
      default:
        return refusal(405, 'unsupported operation');
    }
  }
}

function envelope(): object {
  const nothing = { wrap_info: null, warnings: null, auth: null, data: null };
  return { request_id: randomUUID(), lease_id: '', renewable: false, lease_duration: 0, ...nothing };
}

function refusal(status: number, ...errors: readonly string[]): JsonAnswer {
  return { status, body: { errors } };
}
