import type { RequestNature } from '@breakwater/core';
import { REQUEST_NATURE, type LiveCall } from '@breakwater/core/adapter';
import { status as codes, type InterceptingCall, type Metadata, type StatusObject } from '@grpc/grpc-js';
import type { GrpcRequest } from './grpc-request.js';
import { withMetadata } from './with-metadata.js';

/** Details of the client for a request that it did not send because of what it is. */
const WRONG_REQUEST = /^(Attempted to send message with a size larger than|Request message serialization failure)/;

/** One request of gRPC, tied to the call in whose method it is made. */
export class TiedRequest {
  private readonly nature: RequestNature;
  private noted: ReturnType<LiveCall['sending']> | undefined;
  private untie: (() => void) | undefined;
  private given: Metadata | undefined;
  /** The credential that it carries, where that is the provider's own. */
  private credential: string | undefined;
  private wasRenewed = false;

  constructor(
    private readonly request: GrpcRequest,
    repeatable: boolean,
  ) {
    this.nature = { over: 'http2', ...(repeatable && { repeatable }) };
  }

  /** The metadata with which it begins. Throws where the credential cannot be had. */
  begin(given: Metadata): Metadata {
    const { request, nature } = this;
    const { call, provider } = request;
    const metadata = withMetadata(given, request, nature);
    const credential = provider.http.credential();
    this.given = given;
    this.credential =
      credential && metadata.get(credential.name).includes(credential.value) ? credential.value : undefined;
    this.noted = call?.sending('POST', { ...nature, carriesKey: carriesKey(call, metadata) });
    return metadata;
  }

  /** Ends it with the call from now on, at once where that was aborted before. */
  follow(intercepting: InterceptingCall): void {
    const { call } = this.request;
    const cancel = () => intercepting.cancelWithStatus(codes.CANCELLED, 'The call was aborted');
    if (call?.aborted === true) cancel();
    else this.untie = call?.onAbort(cancel);
  }

  /** Shows the rate limit what an answer says of it: proxies such as Envoy send their headers with gRPC as well. */
  observe(metadata: Metadata): void {
    const { provider } = this.request;
    if (provider.rateLimit !== undefined) provider.observe({ status: 200, headers: headersOf(metadata) });
  }

  /**
   * Whether a request that was refused for its credential can be sent once more with another; `undefined` where it was
   * not, or has been. That is no retry: what was refused was not carried out.
   */
  mayResend(status: StatusObject): Promise<boolean> | undefined {
    if (status.code !== codes.UNAUTHENTICATED || this.credential === undefined || this.wasRenewed) return undefined;
    this.wasRenewed = true;
    return this.request.provider.http
      .renew?.(this.credential)
      ?.then((hasAnother) => hasAnother && this.hasCredential());
  }

  /** The metadata with which it begins once more. */
  beginAgain(): Metadata {
    const { noted, request } = this;
    if (noted !== undefined) {
      // The next one stands for it.
      noted.unsent = true;
      request.call?.requests?.forgetAnnounced(noted);
    }
    return this.begin(this.given!);
  }

  /** The status, marked where it may be repeated: `grpc-js` makes its error of all that it holds. */
  ended(status: StatusObject): StatusObject {
    const { noted, request, nature } = this;
    this.untie?.();
    if (noted !== undefined) {
      if (WRONG_REQUEST.test(status.details)) noted.unsent = true;
      request.call?.requests?.forgetAnnounced(noted);
    }
    this.observe(status.metadata);
    // For the next call, where this one has had a part of its answer.
    void this.mayResend(status);
    return nature.repeatable === true ? Object.assign({ ...status }, { [REQUEST_NATURE]: nature }) : status;
  }

  private hasCredential(): boolean {
    try {
      return this.request.provider.http.credential() !== undefined;
    } catch {
      return false;
    }
  }
}

/** Whether the call's idempotency key stands in the metadata, under whichever name. */
function carriesKey(call: LiveCall, metadata: Metadata): boolean {
  const key = call.idempotencyKey;
  return key !== undefined && Object.values(metadata.getMap()).includes(key);
}

function headersOf(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]));
}
