import type { ResilientProvider } from '@breakwater/core';
import { InterceptingCall, status as codes, type Interceptor, type Listener } from '@grpc/grpc-js';
import { grpcDeadline } from './grpc-deadline.js';
import { grpcRequest } from './grpc-request.js';
import { idempotentPaths, type IdempotentMethods } from './idempotent-methods.js';
import { ResendableCall } from './resendable-call.js';
import { TiedRequest } from './tied-request.js';

/** How requests of a gRPC client are tied to their calls. */
export interface GrpcInterceptorOptions {
  /** The methods that may be repeated without a key. Default: none, since all calls of gRPC are POSTs. */
  readonly idempotent?: IdempotentMethods;
}

/**
 * An interceptor for clients of `@grpc/grpc-js`, and so of Nest: a request ends with the attempt in whose method it is
 * made, the server is told its deadline, and the metadata carry credential, idempotency key and trace. A credential
 * that is refused with `UNAUTHENTICATED` is renewed, and the request sent once more where its answer has not begun. A
 * stream of requests is sent by one attempt, unless its method is among those that may be repeated. A name in place of
 * the provider stands for that of the call in which the request is made; outside of its calls, nothing is added.
 */
export function grpcInterceptor(
  provider: string | ResilientProvider,
  options: GrpcInterceptorOptions = {},
): Interceptor {
  const isIdempotent = idempotentPaths(options.idempotent);
  return (given, nextCall) => {
    const request = grpcRequest(provider);
    if (request === undefined) return new InterceptingCall(nextCall(given));
    const { path, requestStream, responseStream } = given.method_definition;
    const repeatable = isIdempotent(path);
    // A stream of answers may be read long after the call that has opened it.
    const deadline = responseStream ? given.deadline : grpcDeadline(given.deadline, request.call);
    const tied = new TiedRequest(request, repeatable);
    const send = () => nextCall({ ...given, ...(deadline !== undefined && { deadline }) });
    const resendable = new ResendableCall(send, {
      responseStream,
      mayResend: (status) => tied.mayResend(status),
      metadata: () => tied.beginAgain(),
    });
    const intercepting = new InterceptingCall(resendable, {
      start: (metadata, _listener, next) => {
        const begin = () => {
          next(tied.begin(metadata), listenerOf(tied));
          tied.follow(intercepting);
        };
        const fail = (error: unknown) => {
          next(metadata, listenerOf(tied));
          intercepting.cancelWithStatus(codes.UNAUTHENTICATED, `No credential: ${String(error)}`);
        };
        const waits = request.provider.http.ready?.();
        if (waits === undefined) begin();
        else waits.then(begin).catch(fail);
      },
      sendMessage: (message, next) => {
        if (requestStream && !repeatable) request.call?.sendOnce();
        next(message);
      },
    });
    return intercepting;
  };
}

function listenerOf(tied: TiedRequest): Listener {
  return {
    onReceiveMetadata: (received, next) => {
      tied.observe(received);
      next(received);
    },
    onReceiveMessage: (message, next) => next(message),
    onReceiveStatus: (status, next) => next(tied.ended(status)),
  };
}
