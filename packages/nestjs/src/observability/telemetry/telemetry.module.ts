import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { ResilienceParts } from '../../providers/resilience-parts.js';
import { prometheusController, PROMETHEUS_REGISTRY } from './prometheus.controller.js';
import { Telemetry } from './telemetry.js';
import type { PrometheusOptions, PrometheusRegistry, TelemetryOptions } from './telemetry.options.js';

const DEFAULT_PATH = '/metrics';

/**
 * Makes spans and metrics of an application's calls to third parties. Import it once, beside a `ResilienceModule`; an
 * application that does not import it pays nothing.
 */
@Module({})
export class TelemetryModule {
  static forRoot(options: TelemetryOptions = {}): DynamicModule {
    const { prometheus = false } = options;
    const served: PrometheusOptions | undefined = prometheus === true ? {} : prometheus || undefined;
    const path = served?.path ?? DEFAULT_PATH;
    const controllers: Type[] = served === undefined || path === false ? [] : [prometheusController(path)];
    return {
      module: TelemetryModule,
      imports: [DiscoveryModule],
      controllers,
      providers: [
        { provide: PROMETHEUS_REGISTRY, useFactory: () => served && registryOf(served) },
        {
          provide: Telemetry,
          inject: [ResilienceParts, DiscoveryService, PROMETHEUS_REGISTRY],
          useFactory: async (parts, discovery, registry) => {
            const telemetry = new Telemetry(parts, discovery, options);
            if (registry !== undefined) await telemetry.serve(registry);
            return telemetry;
          },
        },
      ],
    };
  }
}

async function registryOf({ registry }: PrometheusOptions): Promise<PrometheusRegistry> {
  // An optional peer: only applications that serve Prometheus have it.
  return registry ?? ((await import('prom-client')).register as PrometheusRegistry);
}
