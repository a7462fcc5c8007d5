import type { HttpAdapterHost } from '@nestjs/core';

/** The part of an HTTP adapter that matters here. */
export interface Adapter {
  getType(): string;
  getInstance(): unknown;
  registerParserMiddleware(prefix?: string, rawBody?: boolean): unknown;
}

/** Runs `prepare` with the adapter of an application: at once, or when a testing module is given its adapter. */
export function whenAdapterKnown(host: HttpAdapterHost, prepare: (adapter: Adapter) => void): void {
  const adapter = host.httpAdapter as Adapter | undefined;
  if (adapter) return prepare(adapter);
  host.init$.subscribe(() => {
    const given = host.httpAdapter as Adapter | undefined;
    if (given) prepare(given);
  });
}
