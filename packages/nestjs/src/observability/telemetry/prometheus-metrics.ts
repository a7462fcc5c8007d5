import { Counter, Gauge, type Metric as PrometheusMetric, type Registry } from 'prom-client';
import { DURATION_BOUNDS, type DurationHistogram, type Exemplar } from './duration-histogram.js';
import { LIMIT_METRICS } from './limit-metrics.js';
import type { Metric, MetricSource } from './metric.js';
import { METRICS } from './metrics.js';

export const DURATION = 'breakwater_call_duration_seconds';

/** The name of a metric as Prometheus has it: with its unit, and `_total` for what only rises. */
export function prometheusName({ name, kind, unit }: Pick<Metric, 'name' | 'kind' | 'unit'>): string {
  const base = `breakwater_${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}`;
  return kind === 'counter' ? `${base}_total` : base;
}

/** The names of all metrics. */
export const PROMETHEUS_NAMES: readonly string[] = [
  ...[...METRICS, ...LIMIT_METRICS].map(prometheusName),
  ...['bucket', 'sum', 'count'].map((part) => `${DURATION}_${part}`),
];

/** Registers every metric with a registry, which asks for the numbers when it is scraped. Returns what ends that. */
export function registerPrometheusMetrics(registry: Registry, source: () => MetricSource): () => void {
  const metrics = [...METRICS, ...LIMIT_METRICS];
  for (const metric of metrics) registry.registerMetric(counted(metric, source));
  registry.registerMetric(durations(source) as unknown as PrometheusMetric);
  return () => {
    for (const name of [...metrics.map(prometheusName), DURATION]) registry.removeSingleMetric(name);
  };
}

function counted(metric: Metric, source: () => MetricSource): PrometheusMetric {
  const parts = {
    name: prometheusName(metric),
    help: metric.description,
    labelNames: [...metric.labels],
    registers: [],
    collect(this: Counter | Gauge) {
      this.reset();
      for (const { labels, value } of metric.read(source())) this.inc({ ...labels }, value);
    },
  };
  return metric.kind === 'counter' ? new Counter(parts) : new Gauge(parts);
}

interface Value {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly exemplar?: object;
}

/**
 * The histogram of durations in the form that a registry reads: `prom-client` offers none whose buckets are counted
 * elsewhere, and its own costs a call more than everything else here.
 */
function durations(source: () => MetricSource) {
  const head = { name: DURATION, help: 'How long calls took, with all their attempts.', type: 'histogram' };
  return {
    ...head,
    aggregator: 'sum',
    labelNames: ['provider', 'operation', 'outcome'],
    reset: () => undefined,
    get: async () => ({ ...head, aggregator: 'sum', values: valuesOf(source()) }),
  };
}

function valuesOf({ measures }: MetricSource): readonly Value[] {
  return measures.flatMap(({ provider, operations }) =>
    operations.flatMap(({ operation, outcomes }) =>
      [...outcomes]
        .filter(([, { durations }]) => durations.count > 0)
        .flatMap(([outcome, { durations }]) => bucketsOf(durations, { provider, operation, outcome })),
    ),
  );
}

function bucketsOf({ counts, exemplars, sum, count }: DurationHistogram, labels: Value['labels']): readonly Value[] {
  let below = 0;
  const buckets = counts.map((counted, i): Value => {
    below += counted;
    const exemplar = exemplars[i];
    return {
      metricName: `${DURATION}_bucket`,
      labels: { ...labels, le: DURATION_BOUNDS[i] ?? '+Inf' },
      value: below,
      ...(exemplar && { exemplar: shown(exemplar) }),
    };
  });
  const totals = [
    { metricName: `${DURATION}_sum`, labels, value: sum },
    { metricName: `${DURATION}_count`, labels, value: count },
  ];
  return [...buckets, ...totals];
}

function shown({ traceId, spanId, value, at }: Exemplar): object {
  return { labelSet: { trace_id: traceId, span_id: spanId }, value, timestamp: at };
}
