import { errorMonitor } from 'node:events';
import type Http2 from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { createRequire } from 'node:module';
import { Duplex } from 'node:stream';

/** Told of the requests of Node's HTTP/2 client, with the headers as they are sent and as they come. */
export interface Http2Listener {
  created(stream: object, headers: Http2.OutgoingHttpHeaders): void;
  answered(stream: object, headers: Http2.IncomingHttpHeaders): void;
  failed(stream: object, error: unknown): void;
}

/** Whether Node has told of a request by itself. */
let isTold = false;

/** Node tells of requests by itself: then the sessions are let alone. */
export function noteTold(): void {
  isTold = true;
}

/**
 * Has the sessions of Node's HTTP/2 client tell of their requests, where Node does not by itself. The class is Node's
 * own and the same for all users of it, gRPC among them; their modules stay as they are.
 */
export function watchSessions(listener: Http2Listener): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 2)) return;
  const session = classOfSessions();
  if (session === undefined) return;
  const { request } = session;
  const watched: typeof request = function (this: ClientHttp2Session, headers, options) {
    const stream = request.call(this, headers, options);
    // Later releases of a version tell: their message has come by now.
    if (!isTold) follow(stream, listener);
    // A wrapper that others have put around it since stays.
    else if (session.request === watched) session.request = request;
    return stream;
  };
  session.request = watched;
}

/** The prototype of all sessions. Node exports no class: one that goes nowhere has it. */
function classOfSessions(): ClientHttp2Session | undefined {
  try {
    const { connect } = createRequire(`${process.cwd()}/`)('node:http2') as typeof Http2;
    const session = connect('http://localhost', { createConnection: () => new Duplex({ read: none, write: none }) });
    session.on('error', none).destroy();
    return Object.getPrototypeOf(session) as ClientHttp2Session;
  } catch {
    // A Node that was built without TLS has no HTTP/2 either.
    return undefined;
  }
}

function follow(stream: ClientHttp2Stream, listener: Http2Listener): void {
  listener.created(stream, stream.sentHeaders);
  stream.once('response', (headers) => listener.answered(stream, headers));
  stream.once(errorMonitor, (error) => listener.failed(stream, error));
}

function none(): void {
  // Nothing is sent on it, and nothing comes.
}
