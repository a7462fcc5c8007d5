/** The parts of an incoming HTTP request that verifying needs. */
export interface WebhookRequest {
  readonly method?: string;
  /** Only read by senders that sign the URL, and only where no `url` is configured. Absolute. */
  readonly url?: string;
  /** Names in any case; an array is a header that came several times. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The raw bytes as received. An empty array is a real, empty body. */
  readonly body: Uint8Array;
}
