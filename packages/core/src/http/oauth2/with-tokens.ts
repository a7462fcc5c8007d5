import type { ProviderHttp } from '../provider-http.js';
import type { FetchAgents } from '../fetch-agent.js';
import { ClientCredentials, type ClientCredentialsParts } from './client-credentials.js';

/** How a provider is reached, with the tokens that its settings ask for in place of a credential of theirs. */
export function withTokens(
  http: ProviderHttp,
  agents: FetchAgents,
  parts: Omit<ClientCredentialsParts, 'fetch'>,
): ProviderHttp {
  if (http.tokens === undefined) return http;
  let made: ClientCredentials | undefined;
  const credentials = () =>
    (made ??= new ClientCredentials({ ...parts, fetch: (url, init) => send(http, agents, url, init) }));
  return {
    settings: () => http.settings(),
    credential: () => (http.tokens!() === undefined ? http.credential() : credentials().credential()),
    ready(isOwn) {
      const source = http.tokens!();
      return source === undefined || isOwn?.() === false ? undefined : credentials().ready(source);
    },
    renew(used) {
      const source = http.tokens!();
      return source === undefined ? http.renew?.(used) : credentials().renew(source, used);
    },
  };
}

/** Over the provider's own agent or proxy. An agent of Node's `http` fits axios alone. */
async function send(http: ProviderHttp, agents: FetchAgents, url: string, init: RequestInit): Promise<Response> {
  const settings = http.settings() ?? {};
  const isDispatcher = typeof (settings.agent as { dispatch?: unknown } | undefined)?.dispatch === 'function';
  if (settings.agent !== undefined && !isDispatcher) return globalThis.fetch(url, init);
  const held = agents.hold(settings);
  try {
    const { fetch, dispatcher } = await held.agent;
    return await fetch(url, { ...init, ...(dispatcher !== undefined && { dispatcher }) } as RequestInit);
  } finally {
    held.release();
  }
}
