import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { isUnsafeText, settings } from '@breakwater/core/adapter';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { JobHandler } from '../jobs/job-handler.js';
import { readJobOptions } from '../jobs/job-settings.js';
import { jobsOf } from './sync-job.decorator.js';
import { providerOf } from './sync-processor.decorator.js';

/** Finds the processors of an application, and raises one error that lists all that is wrong with them. */
@Injectable()
export class ProcessorsExplorer {
  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  handlers(): readonly JobHandler[] {
    const faults: Fault[] = [];
    const found = new Map<string, JobHandler>();
    for (const wrapper of this.discovery.getProviders()) {
      const processor = wrapper.instance as object | null | undefined;
      if (typeof processor !== 'object' || processor === null) continue;
      const provider = providerOf(processor.constructor ?? Object);
      if (provider === undefined) continue;
      const path = processor.constructor.name;
      if (!wrapper.isDependencyTreeStatic()) {
        faults.push({ path, message: 'a processor cannot be request-scoped: there is no request' });
        continue;
      }
      const handlers = handlersOf(processor, provider, faults);
      if (handlers.length === 0) faults.push({ path, message: 'has no method with @SyncJob' });
      for (const handler of handlers) {
        const id = `${provider}: ${handler.name}`;
        if (found.has(id)) faults.push({ path, message: `'${handler.name}' of '${provider}' has a processor already` });
        found.set(id, handler);
      }
    }
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
    return [...found.values()];
  }
}

function handlersOf(processor: object, provider: string, faults: Fault[]): readonly JobHandler[] {
  return jobsOf(Object.getPrototypeOf(processor) as object).flatMap(({ method, name, options }): JobHandler[] => {
    const path = `${processor.constructor.name}.${String(method)} (@SyncJob)`;
    // A job of such a name cannot be added.
    if (typeof name !== 'string' || name === '' || isUnsafeText(name)) {
      faults.push({ path, message: `${settings.printed(name)} given; expected the name of a job` });
      return [];
    }
    try {
      const { schema } = options;
      // Looked up at each run, so that what wraps the method later stands around it, too.
      const run: JobHandler['run'] = (job) => (processor as Record<string | symbol, JobHandler['run']>)[method]!(job);
      return [{ provider, name, schema, settings: readJobOptions(options, path), run }];
    } catch (error) {
      if (!(error instanceof ResilienceConfigurationError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
}
