export { TelemetryModule } from './telemetry.module.js';
export type { PrometheusOptions, PrometheusRegistry, TelemetryOptions } from './telemetry.options.js';
