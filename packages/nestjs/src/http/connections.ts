import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HTTP_DEFAULTS } from '@breakwater/core/adapter';
import type { AxiosRequest } from './axios-types.js';
import type { HttpSettings } from './http.options.js';

type Connections = Pick<AxiosRequest, 'httpAgent' | 'httpsAgent' | 'proxy'>;

const made = new WeakMap<HttpSettings, Connections>();

/**
 * The agents that axios sends a request over: the caller's, otherwise the provider's own, which keep a bounded number
 * of connections.
 */
export function connectionsOf(settings: HttpSettings, request: AxiosRequest): Connections {
  if (request.httpAgent !== undefined || request.httpsAgent !== undefined) return {};
  let connections = made.get(settings);
  if (connections === undefined) made.set(settings, (connections = connect(settings)));
  return connections;
}

function connect({ agent, proxy, maxSockets = HTTP_DEFAULTS.maxSockets, timeouts }: HttpSettings): Connections {
  const proxied = proxy === undefined ? {} : { proxy: proxyOf(new URL(proxy)) };
  if (agent !== undefined) {
    const { http = agent, https = agent } = agent as { http?: object; https?: object };
    return { httpAgent: http, httpsAgent: https, ...proxied };
  }
  const options = { keepAlive: true, maxSockets, ...(timeouts?.idle !== undefined && { timeout: timeouts.idle }) };
  return {
    httpAgent: limitConnecting(new HttpAgent(options), timeouts),
    httpsAgent: limitConnecting(new HttpsAgent(options), timeouts),
    ...proxied,
  };
}

function proxyOf({ protocol, hostname, port, username, password }: URL): NonNullable<AxiosRequest['proxy']> {
  const auth =
    username === '' ? {} : { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } };
  return {
    protocol: protocol.slice(0, -1),
    host: hostname,
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    ...auth,
  };
}

interface Connecting {
  createConnection(...args: unknown[]): {
    connecting?: boolean;
    once(event: string, listener: () => void): void;
    setTimeout(ms: number, listener?: () => void): void;
    destroy(error: Error): void;
  };
}

/** Node's agents have no limit of their own on making a connection. */
function limitConnecting<A extends HttpAgent>(
  agent: A,
  { connect: connectMs = HTTP_DEFAULTS.connectMs, idle = 0 }: HttpSettings['timeouts'] = {},
): A {
  const connecting = agent as unknown as Connecting;
  const create = connecting.createConnection.bind(agent);
  connecting.createConnection = (...args) => {
    const socket = create(...args);
    const late = () => {
      const error = new Error(`no connection within ${connectMs} ms`);
      if (socket.connecting === true) socket.destroy(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
    };
    socket.setTimeout(connectMs, late);
    socket.once('connect', () => socket.setTimeout(idle));
    return socket;
  };
  return agent;
}
