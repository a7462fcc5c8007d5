/** A client of socket.io, or a WebSocket itself as Nest's `WsAdapter` has it. */
interface SocketClient {
  /** Tells a WebSocket from a client of socket.io, which has none. */
  readonly readyState?: number;
  emit(event: string, data: unknown): unknown;
  send(text: string): unknown;
}

/** `WebSocket.OPEN`. */
const OPEN = 1;

/**
 * Sends an event to the client of a WebSocket. socket.io does so with `emit`; of a plain WebSocket that would call
 * listeners on this side, so it is sent as text in the form that Nest's adapter gives to its answers.
 */
export function tellSocket(client: unknown, event: string, data: unknown): void {
  const socket = client as SocketClient;
  if (typeof socket.readyState !== 'number') return void socket.emit(event, data);
  if (socket.readyState === OPEN) socket.send(JSON.stringify({ event, data }));
}
