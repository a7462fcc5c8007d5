/** The flags of `nest add @breakwater/nestjs`, and the answers to its questions. */
export interface NestAddOptions {
  /** Where the sources of the application stand. Nest's CLI says it. Default: `src`. */
  readonly sourceRoot?: string;
  /** The first third party, by a name of the user's own. Default: none. */
  readonly provider?: string;
  /** Where its API stands. Default: an example, which the user replaces. */
  readonly baseUrl?: string;
  /** The sender of its webhooks, such as `stripe`. Default: it sends none. */
  readonly webhook?: string;
  /** Writes the dependencies down without installing them. Default: false. */
  readonly skipInstall?: boolean;
}
