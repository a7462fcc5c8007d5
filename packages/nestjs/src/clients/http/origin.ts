import { isAbsoluteUrl } from '@breakwater/core/adapter';
import type { AxiosRequest } from './axios-types.js';

type BeforeRedirect = NonNullable<AxiosRequest['beforeRedirect']>;

/**
 * Whether a request goes to the provider itself. The caller may give any absolute URL, and credentials must not follow
 * it.
 */
export function isSameOrigin(request: Pick<AxiosRequest, 'url' | 'baseURL'>, baseUrl: string): boolean {
  const { url = '', baseURL } = request;
  const absolute = isAbsoluteUrl(url);
  if (!absolute && baseURL === baseUrl) return true;
  const target = absolute ? url : (baseURL ?? url);
  return URL.canParse(target, baseUrl) && new URL(target, baseUrl).origin === new URL(baseUrl).origin;
}

/**
 * Takes these headers off a request that is redirected away from the provider. axios does that for `Authorization`
 * alone.
 */
export function stripOnRedirect(
  baseUrl: string,
  own: readonly { readonly name: string }[],
  next: BeforeRedirect | undefined,
): BeforeRedirect {
  return (options, ...rest) => {
    const { href, headers } = options as { href: string; headers: Record<string, unknown> };
    if (!isSameOrigin({ url: href }, baseUrl)) {
      const stripped = new Set(own.map(({ name }) => name.toLowerCase()));
      for (const name of Object.keys(headers)) if (stripped.has(name.toLowerCase())) delete headers[name];
    }
    next?.(options, ...rest);
  };
}
