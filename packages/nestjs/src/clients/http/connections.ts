import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '@breakwater/core';
import { HTTP_DEFAULTS, sameConnections } from '@breakwater/core/adapter';
import type { AxiosRequest } from './axios-types.js';
import { globalOptions } from './global-agents.js';
import type { HttpSettings } from './http.options.js';
import { HttpProxy } from './http-proxy.js';

/** The part of a request of axios that says over which agent it goes. */
type Over = Pick<AxiosRequest, 'httpAgent' | 'httpsAgent' | 'proxy'>;

/**
 * As axios sets it for the socket of each request, so that the agent has nothing to set back: both take four system
 * calls.
 * Source: axios, `adapters/http.js`.
 */
const AXIOS_KEEP_ALIVE_MS = 60_000;

/**
 * The agents that axios sends one provider's requests over: the caller's, otherwise the provider's own, which keep a
 * bounded number of connections.
 */
export class Connections {
  private made:
    { readonly settings: HttpSettings; readonly over: Over; readonly own: readonly HttpAgent[] } | undefined;
  private isClosed = false;

  constructor(private readonly clock: Clock) {}

  for(settings: HttpSettings, request: AxiosRequest): Over {
    if (request.httpAgent !== undefined || request.httpsAgent !== undefined) return {};
    if (this.made === undefined || !sameConnections(this.made.settings, settings)) {
      this.retire();
      this.made = { settings, ...connect(settings, this.clock) };
      if (this.isClosed) this.retire();
    }
    return this.made.over;
  }

  /** Closes the connections, each once it is idle. Later requests keep none. */
  close(): void {
    this.isClosed = true;
    this.retire();
  }

  private retire(): void {
    for (const agent of this.made?.own ?? []) {
      (agent as unknown as { keepAlive: boolean }).keepAlive = false;
      for (const socket of Object.values(agent.freeSockets).flatMap((idle) => idle ?? [])) socket.destroy();
    }
  }
}

function connect(
  { agent, proxy: proxyUrl, maxSockets = HTTP_DEFAULTS.maxSockets, timeouts }: HttpSettings,
  clock: Clock,
): { over: Over; own: readonly HttpAgent[] } {
  if (agent !== undefined) {
    const { http = agent, https = agent } = agent as { http?: object; https?: object };
    const proxy = proxyUrl !== undefined && { proxy: proxyOf(new URL(proxyUrl)) };
    return { over: { httpAgent: http, httpsAgent: https, ...proxy }, own: [] };
  }
  const options = { keepAlive: true, keepAliveMsecs: AXIOS_KEEP_ALIVE_MS, maxSockets };
  const limits = { clock, timeouts };
  if (proxyUrl === undefined) return direct(options, limits);
  const proxy = new HttpProxy(new URL(proxyUrl));
  const httpAgent = withTimeouts(proxy.forwardingAgent(options), proxy.connected, limits);
  const tunnels = proxy.tunnellingAgent({ ...globalOptions('https'), ...options });
  const httpsAgent = withTimeouts(tunnels, 'secureConnect', limits);
  // axios has tunnels of its own, which no agent counts or limits.
  return { over: { httpAgent, httpsAgent, proxy: false }, own: [httpAgent, httpsAgent] };
}

function direct(options: AgentOptions, limits: SocketLimits): { over: Over; own: readonly HttpAgent[] } {
  const [ofHttp, ofHttps] = [globalOptions('http'), globalOptions('https')];
  const httpAgent = ofHttp && withTimeouts(new HttpAgent({ ...ofHttp, ...options }), 'connect', limits);
  // A TLS connection is made once its handshake is over.
  const httpsAgent = ofHttps && withTimeouts(new HttpsAgent({ ...ofHttps, ...options }), 'secureConnect', limits);
  return {
    over: { ...(httpAgent && { httpAgent }), ...(httpsAgent && { httpsAgent }) },
    own: [httpAgent, httpsAgent].filter((agent) => agent !== undefined),
  };
}

/** The proxy of a user who brings agents of their own, for axios itself. */
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
  createConnection(...args: unknown[]): Socket;
}

interface SocketLimits {
  readonly clock: Clock;
  readonly timeouts: HttpSettings['timeouts'];
}

/** Node's agents have no limit of their own on making a connection. */
function withTimeouts<A extends HttpAgent>(agent: A, made: 'connect' | 'secureConnect', limits: SocketLimits): A {
  const { connect: connectMs = HTTP_DEFAULTS.connectMs, idle } = limits.timeouts ?? {};
  const connecting = agent as unknown as Connecting;
  const create = connecting.createConnection.bind(agent);
  connecting.createConnection = (...args) => {
    const socket = create(...args);
    // Not by a timeout of the socket: axios and Node set that for themselves.
    const late = limits.clock.schedule(connectMs, () =>
      socket.destroy(timedOut(`no connection within ${connectMs} ms`, 'connect')),
    );
    for (const event of [made, 'close']) socket.once(event, () => late.cancel());
    if (idle !== undefined) socket.once(made, () => limitSilence(socket, idle));
    return socket;
  };
  return agent;
}

/** Destroys a connection over which nothing has come or gone for so long. axios switches timeouts of sockets off. */
function limitSilence(socket: Socket, idleMs: number): void {
  const setTimeoutOf = socket.setTimeout.bind(socket);
  socket.setTimeout = (ms, listener) => setTimeoutOf(ms === 0 ? idleMs : ms, listener);
  socket.on('timeout', () => socket.destroy(timedOut(`the connection was silent for ${idleMs} ms`, 'read')));
  socket.setTimeout(0);
}

function timedOut(message: string, syscall: 'connect' | 'read'): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT', syscall });
}
