import type { WebhookRequest } from './webhook-request.js';

/** How a sender makes sure, when an endpoint is registered, that the endpoint agrees to it. */
export interface Handshake {
  /** Whether the sender signs it. If so, it is answered only after verification. */
  readonly signed: boolean;
  /** The response to send instead of handling the delivery, or `undefined` where the request is no handshake. */
  answer(request: WebhookRequest, verifiedBody: Uint8Array, means: HandshakeMeans): HandshakeResponse | undefined;
}

/** Values that some handshakes need besides the request. */
export interface HandshakeMeans {
  /**
   * The MAC, or signature, that the sender's secret makes of a text. Only for texts that no delivery can consist of.
   */
  readonly mac?: (text: string) => Buffer | undefined;
  /** The text that the receiver chose when it registered, for senders that ask for one. */
  readonly verifyToken?: string;
}

/** The response to send to a handshake. */
export interface HandshakeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** An address of the sender that completes the handshake when it is fetched. It is checked, and not visited here. */
  readonly confirmUrl?: string;
  /**
   * The secret that the sender hands over, with which later deliveries are signed. Where nothing is signed yet, a
   * stranger could have sent it: take it only while the webhook is being registered. Never write it to a log.
   */
  readonly secret?: string;
}
