/** The webhook to sign. */
export interface WebhookToSign {
  /** Text is taken as UTF-8. */
  readonly body: Uint8Array | string;
  /** Default: a random one for senders that sign it, otherwise none. */
  readonly id?: string;
  /** A `Date` or epoch milliseconds. Default: now. */
  readonly now?: Date | number;
  /** Only for senders that sign it. Default: `'POST'`. */
  readonly method?: string;
  /** Only for senders that sign it, or parts of it. */
  readonly url?: string;
  /** Headers that are sent besides: senders may sign them, and `content-type` tells a form from JSON. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A webhook as its sender would send it. */
export interface SignedWebhook {
  readonly headers: Record<string, string>;
  /** As given, except for senders that write their signature into it. */
  readonly body: Buffer;
  /** Present for senders that write their signature into the query. */
  readonly url?: string;
}
