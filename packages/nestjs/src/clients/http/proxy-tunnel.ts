import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A tunnel through a proxy, from the moment it is asked for: what is written waits until the proxy has opened it
 * (RFC 9110 §9.3.6). So Node's agent has its connection at once, and counts and limits it as any other.
 */
export class ProxyTunnel extends Duplex {
  private socket: Socket | undefined;
  private isReferenced = true;
  /** Called once the tunnel is open: with the first thing that was written, or its end. */
  private waiting: ((socket: Socket) => void) | undefined;

  constructor(private readonly asking: ClientRequest) {
    super();
    asking.once('connect', (answer, socket, head) => this.answered(answer, socket as Socket, head));
    asking.on('error', (error: NodeJS.ErrnoException) => this.destroy(noTunnel(error.message, error)));
    asking.end();
  }

  ref(): void {
    this.isReferenced = true;
    this.socket?.ref();
  }

  unref(): void {
    this.isReferenced = false;
    this.socket?.unref();
  }

  override _read(): void {
    this.socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.onceOpen((socket) => void socket.write(chunk, done));
  }

  override _final(done: () => void): void {
    this.onceOpen((socket) => void socket.end(done));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.asking.destroy();
    this.socket?.destroy();
    done(error);
  }

  private onceOpen(run: (socket: Socket) => void): void {
    if (this.socket === undefined) this.waiting = run;
    else run(this.socket);
  }

  private answered({ statusCode = 0, statusMessage = '' }: IncomingMessage, socket: Socket, head: Buffer): void {
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy();
      this.destroy(noTunnel(`it answered ${statusCode} ${statusMessage}`));
      return;
    }
    this.socket = socket;
    if (!this.isReferenced) socket.unref();
    socket.on('error', (error) => this.destroy(error)).on('close', () => this.destroy());
    socket.on('end', () => this.push(null));
    if (head.length > 0) this.push(head);
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    this.waiting?.(socket);
  }
}

/** The request was not sent: by its system call the error says that the connection was still being made. */
function noTunnel(why: string, cause?: NodeJS.ErrnoException): Error {
  const error = new Error(`The proxy opened no tunnel: ${why}`, { ...(cause !== undefined && { cause }) });
  return Object.assign(error, { code: cause?.code ?? 'ERR_PROXY_TUNNEL', syscall: 'connect' });
}
