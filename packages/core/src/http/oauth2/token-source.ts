import type { OAuth2Settings } from './oauth2.options.js';
import type { OAuth2Client } from './request-token.js';

/** How the tokens of a provider are come by, asked at each use: settings and secrets change. */
export interface TokenSource {
  /** The same object for as long as nothing changes. */
  readonly settings: OAuth2Settings;
  /** The client's credential as it is now. Throws where a secret cannot be had. */
  client(): OAuth2Client;
  /** Has the client's secret read anew. Whether it has another value now. */
  renewClient?(used: OAuth2Client): Promise<boolean>;
}
