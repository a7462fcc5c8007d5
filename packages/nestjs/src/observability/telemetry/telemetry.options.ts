import type { Meter, Tracer } from '@opentelemetry/api';

/** The options of `TelemetryModule`. Without any, spans and metrics go to the global OpenTelemetry API. */
export interface TelemetryOptions {
  /** Makes the spans. Default: that of the global API, which makes none until an SDK is registered; `false`: none. */
  readonly tracer?: Tracer | false;
  /** Makes the instruments. Default: that of the global API, so start the SDK before the application; `false`: none. */
  readonly meter?: Meter | false;
  /** Serves the metrics to Prometheus, over `prom-client`. Default: not. */
  readonly prometheus?: PrometheusOptions | boolean;
}

/** Where metrics are kept for Prometheus, and served. */
export interface PrometheusOptions {
  /** Takes the metrics: a `Registry` of `prom-client`. Default: its global one. */
  readonly registry?: PrometheusRegistry;
  /**
   * Where they are served, below the application's global prefix; `false`: nowhere, because you serve the registry.
   * Default `'/metrics'`.
   */
  readonly path?: string | false;
}

/** The part of `prom-client`'s `Registry` that is used here. */
export interface PrometheusRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  registerMetric(metric: never): void;
  removeSingleMetric(name: string): void;
}
