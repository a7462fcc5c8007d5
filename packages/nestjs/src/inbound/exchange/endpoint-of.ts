import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { HOST_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';

/** The parts of a framework's request that tell its route. */
export interface RoutedRequest {
  readonly params?: unknown;
  /** Express. */
  readonly route?: { readonly path?: unknown };
  readonly baseUrl?: string;
  /** Fastify. */
  readonly routeOptions?: { readonly url?: unknown };
  /** Nest's, of a controller with a `host`. */
  readonly hosts?: unknown;
}

/**
 * The endpoint that a request came to: its route, the values of its parameters, and the host and version that the
 * controller asks for. Class names are left out: two controllers may share one, and minifiers shorten them.
 */
export function endpointOf(context: ExecutionContext, request: RoutedRequest): string {
  const controller = context.getClass();
  const handler = context.getHandler();
  const route = request.route?.path ?? request.routeOptions?.url;
  const host: unknown = Reflect.getMetadata(HOST_METADATA, controller);
  const version: unknown =
    Reflect.getMetadata(VERSION_METADATA, handler) ?? Reflect.getMetadata(VERSION_METADATA, controller);
  return JSON.stringify([
    route === undefined ? `${controller.name}.${handler.name}` : `${request.baseUrl ?? ''}${printed(route)}`,
    sorted(request.params),
    ...(host === undefined ? [] : [printed(host), sorted(request.hosts)]),
    ...(version === undefined ? [] : [printed(version)]),
  ]);
}

function sorted(values: unknown): [string, unknown][] {
  return Object.entries(Object(values) as object).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A path, a pattern, or a list of them. */
function printed(value: unknown): string {
  return [value].flat().map(String).join(' ');
}
