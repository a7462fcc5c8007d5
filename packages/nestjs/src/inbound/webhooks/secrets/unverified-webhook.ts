/** A request whose signature has not been checked yet: enough to tell whose secret it is to be checked with. */
export interface UnverifiedWebhook {
  /** The provider's name in the settings. */
  readonly provider: string;
  readonly method: string;
  /** Path and query as they were called. */
  readonly url: string;
  /** The host that was called, without its port. */
  readonly hostname: string;
  /** The parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** By lower-case name; several of one name are a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** JSON and forms parsed, anything else as text. */
  readonly body: unknown;
}
