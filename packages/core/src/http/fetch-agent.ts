import { HTTP_DEFAULTS } from './http.options.js';
import type { HttpSettings } from './provider-http.js';
import { standingDispatcher } from './wire/standing-dispatcher.js';

/** The type of `fetch`'s `dispatcher`, and the class of those of Node itself. */
type Dispatcher = object;
type AgentClass = new (options: object) => Dispatcher;

/** The parts of the package `undici` that a proxy needs. */
interface Undici {
  readonly fetch: typeof globalThis.fetch;
  readonly ProxyAgent: AgentClass;
  readonly Pool: new (origin: URL, options: object) => Dispatcher;
}

interface ProxiedOptions {
  /** How long each step of making a connection may take. */
  readonly connectMs: number;
}

/** Sends what `fetch` is given, over connections of its own. */
export interface FetchAgent {
  readonly fetch: typeof globalThis.fetch;
  readonly dispatcher: Dispatcher | undefined;
}

/**
 * The connections of one provider's `fetch`: the user's own agent, a proxy, or Node's with a bound on how many are
 * open.
 */
export class FetchAgents {
  private of: { readonly settings: HttpSettings; readonly agent: Promise<FetchAgent> } | undefined;

  constructor(private readonly provider: string) {}

  /** The agent for these settings, made when they are first used. */
  for(settings: HttpSettings): Promise<FetchAgent> {
    if (this.of?.settings !== settings) this.of = { settings, agent: this.make(settings) };
    return this.of.agent;
  }

  private async make(settings: HttpSettings): Promise<FetchAgent> {
    const { agent, proxy, maxSockets = HTTP_DEFAULTS.maxSockets, timeouts } = settings;
    if (agent !== undefined) return { fetch: globalThis.fetch, dispatcher: agent };
    const { connect = HTTP_DEFAULTS.connectMs, idle } = timeouts ?? {};
    const options = {
      connections: maxSockets,
      connect: { timeout: connect },
      ...(idle !== undefined && { headersTimeout: idle, bodyTimeout: idle }),
    };
    if (proxy !== undefined) return this.proxied(proxy, { ...options, connectMs: connect });
    const NodesAgent = await nodesAgent();
    return { fetch: globalThis.fetch, dispatcher: NodesAgent && new NodesAgent(options) };
  }

  /** Node keeps its own proxy agent to itself, and another undici's fits that undici's `fetch` only. */
  private async proxied(proxy: string, { connectMs, ...options }: ProxiedOptions): Promise<FetchAgent> {
    try {
      const undici = (await import('undici' as string)) as Undici;
      // Making a connection takes three steps: to the proxy, its answer, and the TLS handshake in the tunnel.
      const steps = {
        proxyTls: { timeout: connectMs },
        clientFactory: (origin: URL, given: object) => new undici.Pool(origin, { ...given, headersTimeout: connectMs }),
        requestTls: { timeout: connectMs },
      };
      return { fetch: undici.fetch, dispatcher: new undici.ProxyAgent({ ...options, ...steps, uri: proxy }) };
    } catch (cause) {
      throw new Error(`http.proxy of '${this.provider}' needs a package for fetch: npm install undici`, { cause });
    }
  }
}

/**
 * The class of Node's dispatcher, unless the process has one of another kind: then that one decides for the process.
 */
async function nodesAgent(): Promise<AgentClass | undefined> {
  // Node loads its undici with the first use of anything of it.
  if (standingDispatcher() === undefined) await fetch('data:,').catch(() => undefined);
  const { constructor } = standingDispatcher() ?? {};
  return constructor?.name === 'Agent' ? (constructor as AgentClass) : undefined;
}
