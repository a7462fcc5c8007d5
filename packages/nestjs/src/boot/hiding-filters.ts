import 'reflect-metadata';
import { ResilienceError, type Fault } from '@breakwater/core';
import { EXCEPTION_FILTERS_METADATA, FILTER_CATCH_EXCEPTIONS } from '@nestjs/common/constants.js';
import type { ApplicationConfig } from '@nestjs/core';
import { ResilienceExceptionFilter } from '../filters/resilience-exception.filter.js';

/** A filter that hides the answers of ours. */
export interface HidingFilter {
  /** Its class, or the function that stands for it. */
  readonly class: object;
  readonly warning: Fault;
}

/**
 * A warning for every filter that catches the engine's errors and is asked before `ResilienceExceptionFilter`: Nest
 * asks those of the handler and of its controller before all global ones, of these the ones first that are made for
 * each request, and then the one that was registered last. The engine's errors carry their status, but such a filter
 * decides what becomes of it.
 */
export function hidingFilters(config: ApplicationConfig, controllers: readonly object[]): readonly HidingFilter[] {
  const filters = config.getGlobalFilters() as readonly object[];
  const ours = filters.findIndex((filter) => filter instanceof ResilienceExceptionFilter);
  if (ours === -1) return [];
  // A filter of a factory's is known by its function alone.
  const ofRequests = config
    .getGlobalRequestFilters()
    .flatMap(({ metatype, inject }) => (typeof metatype === 'function' && !inject ? [metatype] : []));
  const named = (message: string) => (filter: object) => ({
    class: classOf(filter),
    warning: { path: `filter ${nameOf(filter)}`, message },
  });
  return [
    ...filters
      .slice(ours + 1)
      .filter(catchesOurs)
      .map(named(GLOBAL)),
    ...ofRequests.filter(catchesOurs).map(named(OF_REQUESTS)),
    ...controllers.flatMap(hidingOn),
  ];
}

const GLOBAL =
  "it is asked before ResilienceExceptionFilter and catches everything, so callers may get 500 for an open circuit or a forged webhook: provide it as APP_FILTER in the module that imports ResilienceModule, or answer with the error's getStatus() and headers";
const OF_REQUESTS =
  "Nest makes it for each request, asks it before ResilienceExceptionFilter, and it catches everything, so callers may get 500 for an open circuit or a forged webhook: give it no scope, or answer with the error's getStatus() and headers";
const LOCAL =
  "it catches everything before ResilienceExceptionFilter is asked, so callers may get 500 for an open circuit or a forged webhook: answer with the error's getStatus() and headers, or name in @Catch() what it is for";

/** The filters of `@UseFilters` on a controller and on its handlers. */
function hidingOn(controller: object): readonly HidingFilter[] {
  const { name, prototype = {} } = controller as { readonly name?: string; readonly prototype?: object };
  const places: readonly (readonly [string, unknown])[] = [
    [`${name}`, controller],
    ...[...handlersOf(prototype)].map(([key, handler]) => [`${name}.${key}`, handler] as const),
  ];
  return places.flatMap(([place, decorated]) =>
    filtersOf(decorated)
      .filter(catchesOurs)
      .map((filter) => ({
        class: classOf(filter),
        warning: { path: `${place} @UseFilters(${nameOf(filter)})`, message: LOCAL },
      })),
  );
}

/** The methods of a controller by name, inherited ones included. */
function handlersOf(prototype: object): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (key !== 'constructor' && !found.has(key)) found.set(key, value);
    }
  }
  return found;
}

function filtersOf(decorated: unknown): readonly object[] {
  if (typeof decorated !== 'function') return [];
  return (Reflect.getMetadata(EXCEPTION_FILTERS_METADATA, decorated) as readonly object[] | undefined) ?? [];
}

/** A filter is given as an instance or as its class. */
function classOf(filter: object): object {
  return typeof filter === 'function' ? filter : filter.constructor;
}

function nameOf(filter: object): string {
  return (classOf(filter) as { readonly name: string }).name;
}

/** A filter without `@Catch` catches everything, as one does that names nothing in it. */
function catchesOurs(filter: object): boolean {
  const caught = (Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, classOf(filter)) ?? []) as readonly unknown[];
  return caught.length === 0 || caught.some(isAboveOurs);
}

/** Whether the engine's errors are instances of a class because all errors are. */
function isAboveOurs(type: unknown): boolean {
  return typeof type === 'function' && ResilienceError.prototype instanceof type;
}
