import { HTTP_DEFAULTS } from './http.options.js';
import type { HttpSettings } from './provider-http.js';

/** The type of `fetch`'s `dispatcher`, and the class of those of Node itself. */
type Dispatcher = object;
type AgentClass = new (options: object) => Dispatcher;

/** Where every copy of undici finds the process's dispatcher. Source: undici, `lib/global.js`. */
const GLOBAL = Symbol.for('undici.globalDispatcher.1');

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
    if (proxy !== undefined) return this.proxied(proxy, options);
    const NodesAgent = await nodesAgent();
    return { fetch: globalThis.fetch, dispatcher: NodesAgent && new NodesAgent(options) };
  }

  /** Node keeps its own proxy agent to itself, and another undici's fits that undici's `fetch` only. */
  private async proxied(proxy: string, options: object): Promise<FetchAgent> {
    try {
      const undici = (await import('undici' as string)) as {
        fetch: typeof globalThis.fetch;
        ProxyAgent: AgentClass;
      };
      return { fetch: undici.fetch, dispatcher: new undici.ProxyAgent({ ...options, uri: proxy }) };
    } catch (cause) {
      throw new Error(`http.proxy of '${this.provider}' needs a package for fetch: npm install undici`, { cause });
    }
  }
}

/**
 * The class of Node's dispatcher, unless the process has one of another kind: then that one decides for the process.
 */
async function nodesAgent(): Promise<AgentClass | undefined> {
  const standing = () => (globalThis as { [GLOBAL]?: object })[GLOBAL];
  // Node loads its undici with the first use of anything of it.
  if (standing() === undefined) await fetch('data:,').catch(() => undefined);
  const { constructor } = standing() ?? {};
  return constructor?.name === 'Agent' ? (constructor as AgentClass) : undefined;
}
