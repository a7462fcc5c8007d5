import http, { Agent as HttpAgent } from 'node:http';
import https, { Agent as HttpsAgent, type AgentOptions } from 'node:https';

/** The options of Node's agents that are for connections in a pool. Those of a provider are its own. */
const OF_POOL = new Set([
  ...['keepAlive', 'keepAliveMsecs', 'maxSockets', 'maxTotalSockets', 'maxFreeSockets', 'scheduling', 'timeout'],
  ...['agentKeepAliveTimeoutBuffer', 'noDelay', 'path', 'defaultPort', 'protocol', 'proxyEnv'],
]);

/**
 * The options that the application has given Node's agents for all connections of the process, such as certificates of
 * authorities. `undefined` where it has put an agent of another kind in their place: that one decides for the process.
 */
export function globalOptions(protocol: 'http' | 'https'): AgentOptions | undefined {
  const { globalAgent } = protocol === 'https' ? https : http;
  if (globalAgent.constructor !== (protocol === 'https' ? HttpsAgent : HttpAgent)) return undefined;
  const { options } = globalAgent as unknown as { readonly options: object };
  return Object.fromEntries(Object.entries(options).filter(([name]) => !OF_POOL.has(name)));
}
