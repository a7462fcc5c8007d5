import { HeldAgent, type FetchAgent } from './held-agent.js';
import { HTTP_DEFAULTS } from './http.options.js';
import type { HttpSettings } from './provider-http.js';
import { sameConnections } from './same-connections.js';
import { nodesAgent, type AgentClass, type Dispatcher } from './nodes-agent.js';

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

/**
 * The connections of one provider's `fetch`: the user's own agent, a proxy, or Node's with a bound on how many are
 * open.
 */
export class FetchAgents {
  private held: HeldAgent | undefined;
  private isClosed = false;

  constructor(private readonly provider: string) {}

  /** The agent for these settings, made when they are first used. To be released by the request that it is for. */
  hold(settings: HttpSettings): HeldAgent {
    if (this.held === undefined || !sameConnections(this.held.settings, settings)) {
      this.held?.retire();
      this.held = new HeldAgent(settings, this.make(settings));
    }
    return this.held.hold();
  }

  /** Closes the connections, each once it is idle. Later requests keep none. */
  close(): void {
    this.isClosed = true;
    this.held?.retire();
    this.held = undefined;
  }

  private async make(settings: HttpSettings): Promise<FetchAgent> {
    const { agent, proxy, maxSockets = HTTP_DEFAULTS.maxSockets, timeouts } = settings;
    if (agent !== undefined) return { fetch: globalThis.fetch, dispatcher: agent };
    const { connect = HTTP_DEFAULTS.connectMs, idle } = timeouts ?? {};
    const options = {
      connections: maxSockets,
      connect: { timeout: connect },
      ...(idle !== undefined && { headersTimeout: idle, bodyTimeout: idle }),
      // Has undici keep no connection that is idle.
      ...(this.isClosed && { pipelining: 0 }),
    };
    if (proxy !== undefined) return this.proxied(proxy, { ...options, connectMs: connect });
    const NodesAgent = await nodesAgent();
    // Through a proxy of the environment a connection takes more than one step.
    const steps = { proxyTls: { timeout: connect }, requestTls: { timeout: connect } };
    return agentOver(globalThis.fetch, NodesAgent && new NodesAgent({ ...options, ...steps }));
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
      return agentOver(undici.fetch, new undici.ProxyAgent({ ...options, ...steps, uri: proxy }));
    } catch (cause) {
      throw new Error(`http.proxy of '${this.provider}' needs a package for fetch: npm install undici`, { cause });
    }
  }
}

/** Over connections that were made here. */
function agentOver(fetch: typeof globalThis.fetch, dispatcher: Dispatcher | undefined): FetchAgent {
  return { fetch, dispatcher, ...(dispatcher && { close: () => dispatcher.close() }) };
}
