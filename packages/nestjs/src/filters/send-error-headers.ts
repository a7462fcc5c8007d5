import { isResilienceError } from '@breakwater/core';
import type { ArgumentsHost, HttpServer } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

const changed = new WeakSet<object>();

/**
 * Has a class of filters that extends Nest's `BaseExceptionFilter` send the headers of the engine's errors, such as
 * `Retry-After`: Nest's own answers with their status and message alone. Others decide for themselves what they answer.
 * It changes the prototype of the user's class, once and for as long as the process runs: for all applications in it.
 */
export function sendErrorHeaders(filter: object): void {
  const { prototype } = filter as { readonly prototype?: unknown };
  if (!(prototype instanceof BaseExceptionFilter) || changed.has(prototype)) return;
  changed.add(prototype);
  const { handleUnknownError } = prototype;
  prototype.handleUnknownError = function (exception, host, server) {
    if (isResilienceError(exception) && host.getType() === 'http') setHeaders(exception.headers, host, server);
    handleUnknownError.call(this, exception, host, server);
  };
}

function setHeaders(headers: Readonly<Record<string, string>>, host: ArgumentsHost, server: unknown): void {
  const adapter = server as HttpServer & { setHeader(response: unknown, name: string, value: string): void };
  const response: unknown = host.switchToHttp().getResponse();
  if (adapter.isHeadersSent?.(response) === true) return;
  for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
}
