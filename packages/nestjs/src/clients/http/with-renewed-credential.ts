import type { Readable } from 'node:stream';
import type { ProviderHttp } from '@breakwater/core/adapter';
import type { AxiosAdapter, AxiosAnswer, AxiosRequest } from './axios-types.js';
import { isSameOrigin } from './origin.js';

/** The credential that a request carries, and how it is sent once more with another. */
export interface SentCredential {
  readonly name: string;
  readonly value: string;
  readonly baseUrl: string;
  /** Whether the body can be read once only. */
  readonly readsOnce: boolean;
  /** Is called before it is sent once more. */
  again(): void;
}

/** Where an answer came from, by the request that followed the redirects. */
interface Answered {
  readonly res?: { readonly responseUrl?: unknown };
}

/**
 * An adapter that sends a request once more where the provider refused its credential, and another is to be had. That
 * is no retry: a request that was refused with 401 was not carried out (RFC 9110 §15.5.2).
 */
export function withRenewedCredential(send: AxiosAdapter, http: ProviderHttp, sent: SentCredential): AxiosAdapter {
  const renewed = async (request: AxiosRequest, answer: AxiosAnswer | undefined): Promise<boolean> => {
    if (answer?.status !== 401 || !isOfProvider(answer, sent.baseUrl)) return false;
    if (request.headers.get(sent.name) !== sent.value) return false;
    if ((await http.renew?.(sent.value)) !== true || sent.readsOnce) return false;
    const next = http.credential();
    if (next === undefined) return false;
    discard(answer);
    request.headers.set(next.name, next.value);
    sent.again();
    return true;
  };
  return async (request) => {
    try {
      const answer = await send(request);
      if (!(await renewed(request, answer))) return answer;
    } catch (error) {
      if (!(await renewed(request, (error as { response?: AxiosAnswer }).response))) throw error;
    }
    return send(request);
  };
}

/** A redirect may have led elsewhere, where the credential was not sent. */
function isOfProvider({ request }: AxiosAnswer, baseUrl: string): boolean {
  const { responseUrl } = (request as Answered | undefined)?.res ?? {};
  return typeof responseUrl !== 'string' || isSameOrigin({ url: responseUrl }, baseUrl);
}

function discard({ data, config }: AxiosAnswer): void {
  if (config.responseType === 'stream') (data as Readable).destroy();
}
