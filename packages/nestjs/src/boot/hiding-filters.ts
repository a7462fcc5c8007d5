import 'reflect-metadata';
import type { Fault } from '@breakwater/core';
import { EXCEPTION_FILTERS_METADATA, FILTER_CATCH_EXCEPTIONS } from '@nestjs/common/constants.js';
import type { ApplicationConfig } from '@nestjs/core';
import { ResilienceExceptionFilter } from '../filters/resilience-exception.filter.js';

/**
 * A warning for every filter that catches everything and is asked before `ResilienceExceptionFilter`: Nest asks those
 * of the handler and of its controller before all global ones, and of these the one first that was registered last. The
 * engine's errors carry their status, but such a filter decides what becomes of it.
 */
export function hidingFilters(config: ApplicationConfig, controllers: readonly object[]): readonly Fault[] {
  const filters = config.getGlobalFilters() as readonly object[];
  const ours = filters.findIndex((filter) => filter instanceof ResilienceExceptionFilter);
  if (ours === -1) return [];
  const hiding = filters
    .slice(ours + 1)
    .filter(catchesEverything)
    .map((filter) => ({ path: `filter ${nameOf(filter)}`, message: GLOBAL }));
  return [...hiding, ...controllers.flatMap(hidingOn)];
}

const GLOBAL =
  "it is asked before ResilienceExceptionFilter and catches everything, so callers may get 500 for an open circuit or a forged webhook: provide it as APP_FILTER in the module that imports ResilienceModule, or answer with the error's getStatus() and headers";
const LOCAL =
  "it catches everything before ResilienceExceptionFilter is asked, so callers may get 500 for an open circuit or a forged webhook: answer with the error's getStatus() and headers, or name in @Catch() what it is for";

/** The filters of `@UseFilters` on a controller and on its handlers. */
function hidingOn(controller: object): readonly Fault[] {
  const { name, prototype = {} } = controller as { readonly name?: string; readonly prototype?: object };
  const handlers = Object.getOwnPropertyNames(prototype).filter((key) => key !== 'constructor');
  const places: readonly (readonly [string, unknown])[] = [
    [`${name}`, controller],
    ...handlers.map((key) => [`${name}.${key}`, Object.getOwnPropertyDescriptor(prototype, key)?.value] as const),
  ];
  return places.flatMap(([place, decorated]) =>
    filtersOf(decorated)
      .filter(catchesEverything)
      .map((filter) => ({ path: `${place} @UseFilters(${nameOf(filter)})`, message: LOCAL })),
  );
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

function catchesEverything(filter: object): boolean {
  const caught: unknown = Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, classOf(filter));
  return Array.isArray(caught) && (caught.length === 0 || caught.includes(Error));
}
