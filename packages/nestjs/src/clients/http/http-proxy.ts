import { Agent as HttpAgent, request as httpRequest, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { ProxyTunnel } from './proxy-tunnel.js';

/** Where a connection is to lead. */
interface Target {
  readonly host?: string;
  readonly port?: number | string;
}

/** The parts of an agent that Node calls for each request, and for each connection. */
interface Connecting {
  addRequest(request: ClientRequest, options: Target): void;
  createConnection(options: Target & { socket?: Duplex }, ...more: unknown[]): Duplex & Referenced;
}

/** Keeps the process alive, or does not. */
interface Referenced {
  ref(): unknown;
  unref(): unknown;
}

/** An HTTP proxy: forwards requests for `http`, and opens tunnels for `https` (RFC 9110 §9.3.6). */
export class HttpProxy {
  private readonly isSecure: boolean;
  private readonly address: { readonly host: string; readonly port: number };
  private readonly authorization: string | undefined;

  constructor({ protocol, hostname, port, username, password }: URL) {
    this.isSecure = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    this.address = { host, port: Number(port || (this.isSecure ? 443 : 80)) };
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.authorization = username === '' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`;
  }

  /** The event of a connection for `http` that has been made. */
  get connected(): 'connect' | 'secureConnect' {
    return this.isSecure ? 'secureConnect' : 'connect';
  }

  /** Requests for `http`, also those to which a redirect has led. They share the connections to the proxy. */
  forwardingAgent(options: AgentOptions): HttpAgent {
    const agent = new HttpAgent(options);
    const connecting = agent as unknown as Connecting;
    const add = connecting.addRequest.bind(agent);
    connecting.addRequest = (request, target) => {
      // The head is not written yet.
      request.path = `http://${authorityOf(target, '80')}${request.path}`;
      if (this.authorization !== undefined) request.setHeader('Proxy-Authorization', this.authorization);
      add(request, { ...target, ...this.address });
    };
    if (this.isSecure) {
      connecting.createConnection = () => connectTls({ ...this.address, ...servernameOf(this.address.host) });
    }
    return agent;
  }

  /** Requests for `https`: each connection is a tunnel of its own, and counts from the moment it is asked for. */
  tunnellingAgent(options: AgentOptions): HttpsAgent {
    const agent = new HttpsAgent(options);
    const connecting = agent as unknown as Connecting;
    const create = connecting.createConnection.bind(agent);
    connecting.createConnection = (target, ...more) => {
      const tunnel = new ProxyTunnel(this.ask(authorityOf(target, '443')));
      const secured = create({ ...target, socket: tunnel }, ...more);
      const [ref, unref] = [secured.ref.bind(secured), secured.unref.bind(secured)];
      // An idle connection must not keep the process alive.
      secured.ref = () => (tunnel.ref(), ref());
      secured.unref = () => (tunnel.unref(), unref());
      return secured;
    };
    return agent;
  }

  private ask(authority: string): ClientRequest {
    const ask = this.isSecure ? httpsRequest : httpRequest;
    const headers = {
      host: authority,
      ...(this.authorization !== undefined && { 'proxy-authorization': this.authorization }),
    };
    return ask({ ...this.address, method: 'CONNECT', path: authority, headers, agent: false });
  }
}

/** Host and port as they stand in a URL. */
function authorityOf({ host = 'localhost', port }: Target, otherwise: string): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${name}:${port ?? otherwise}`;
}

/** An address is no name to ask for (RFC 6066 §3). */
function servernameOf(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
