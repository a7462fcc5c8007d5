import type { HttpSettings } from './provider-http.js';

/** Sends what `fetch` is given, over connections of its own. */
export interface FetchAgent {
  readonly fetch: typeof globalThis.fetch;
  readonly dispatcher: object | undefined;
  /** Closes its connections, each once it is idle. It takes no further requests. The user's own are not closed. */
  close?(): Promise<void>;
}

/** An agent and the requests that use it. It is closed once it is retired and used by none. */
export class HeldAgent {
  private users = 0;
  private isRetired = false;

  constructor(
    /** The settings that its connections were made by. */
    readonly settings: HttpSettings,
    readonly agent: Promise<FetchAgent>,
  ) {}

  hold(): this {
    this.users++;
    return this;
  }

  /** Ends what `hold` began: once there is an answer, whose body may still be read. */
  release(): void {
    this.users--;
    this.closeUnused();
  }

  /** No request begins to use it from now on. */
  retire(): void {
    this.isRetired = true;
    this.closeUnused();
  }

  private closeUnused(): void {
    if (!this.isRetired || this.users > 0) return;
    // An agent that could not be made has failed the request that wanted it.
    void this.agent.then((agent) => agent.close?.()).catch(() => undefined);
  }
}
