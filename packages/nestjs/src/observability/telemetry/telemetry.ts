import { contributionsOf } from '../../operations/contributions.js';
import type { ResilienceParts } from '../../providers/resilience-parts.js';
import type { OnModuleDestroy } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { metrics, trace, ValueType, type Histogram, type Meter } from '@opentelemetry/api';
import type { Registry } from 'prom-client';
import { CallSpans } from './call-spans.js';
import { CallTelemetry } from './call-telemetry.js';
import { DURATION_BOUNDS } from './duration-histogram.js';
import { EventCounts } from './event-counts.js';
import type { MetricSource } from './metric.js';
import { registerOtelMetrics } from './otel-metrics.js';
import { ProviderMeasures } from './provider-measures.js';
import type { PrometheusRegistry, TelemetryOptions } from './telemetry.options.js';

const SCOPE = '@breakwater/nestjs';

/** The telemetry of one application: watches its providers, and registers its metrics where they are asked for. */
export class Telemetry implements OnModuleDestroy {
  private readonly measures: readonly ProviderMeasures[];
  private readonly events = new EventCounts();
  private readonly ends: (() => void)[];
  private latest: MetricSource | undefined;
  private servesTraces = false;

  constructor(
    private readonly parts: ResilienceParts,
    private readonly discovery: DiscoveryService,
    { tracer = trace.getTracer(SCOPE), meter = metrics.getMeter(SCOPE) }: TelemetryOptions,
  ) {
    const { registry } = parts;
    const durations = meter === false ? undefined : durationsOf(meter);
    const spans = tracer === false ? undefined : new CallSpans(tracer, parts.clock);
    const keepsExemplars = () => this.servesTraces;
    this.measures = registry.all.map((provider) => {
      const measures = new ProviderMeasures(provider.name);
      provider.observeCalls((observed) => new CallTelemetry(observed, { measures, spans, durations, keepsExemplars }));
      return measures;
    });
    this.ends = [registry.events.on(this.events.note)];
    if (meter !== false) this.ends.push(registerOtelMetrics(meter, () => this.source()));
  }

  /** Registers the metrics with a registry of `prom-client`. */
  async serve(registry: PrometheusRegistry): Promise<void> {
    const { registerPrometheusMetrics } = await import('./prometheus-metrics.js');
    this.servesTraces = true;
    this.ends.push(registerPrometheusMetrics(registry as unknown as Registry, () => this.source()));
  }

  onModuleDestroy(): void {
    for (const end of this.ends) end();
  }

  /** Read once for all the metrics that are asked for together. */
  private source(): MetricSource {
    if (this.latest === undefined) {
      this.latest = {
        providers: this.parts.registry.all.map((provider) => provider.snapshot()),
        measures: this.measures,
        events: this.events,
        queues: contributionsOf(this.discovery).flatMap((contribution) => contribution.queues?.() ?? []),
      };
      queueMicrotask(() => (this.latest = undefined));
    }
    return this.latest;
  }
}

function durationsOf(meter: Meter): Histogram {
  return meter.createHistogram('breakwater.call.duration', {
    unit: 's',
    description: 'How long calls took, with all their attempts.',
    valueType: ValueType.DOUBLE,
    advice: { explicitBucketBoundaries: [...DURATION_BOUNDS] },
  });
}
