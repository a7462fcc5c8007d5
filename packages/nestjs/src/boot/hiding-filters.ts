import 'reflect-metadata';
import type { Fault } from '@breakwater/core';
import { FILTER_CATCH_EXCEPTIONS } from '@nestjs/common/constants.js';
import type { ApplicationConfig } from '@nestjs/core';
import { ResilienceExceptionFilter } from '../filters/resilience-exception.filter.js';

/**
 * A warning for every global filter that catches everything and is asked before `ResilienceExceptionFilter`: Nest asks
 * the filter first that was registered last. The engine's errors carry their status, but such a filter decides what
 * becomes of it.
 */
export function hidingFilters(config: ApplicationConfig): readonly Fault[] {
  const filters = config.getGlobalFilters() as readonly object[];
  const ours = filters.findIndex((filter) => filter instanceof ResilienceExceptionFilter);
  const hiding = ours === -1 ? [] : filters.slice(ours + 1).filter(catchesEverything);
  return hiding.map(({ constructor }) => ({
    path: `filter ${constructor.name}`,
    message:
      "it is asked before ResilienceExceptionFilter and catches everything, so callers may get 500 for an open circuit or a forged webhook: provide it as APP_FILTER in the module that imports ResilienceModule, or answer with the error's getStatus() and headers",
  }));
}

function catchesEverything(filter: object): boolean {
  const caught: unknown = Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, filter.constructor);
  return Array.isArray(caught) && (caught.length === 0 || caught.includes(Error));
}
