import type { Meter, Observable } from '@opentelemetry/api';
import { LIMIT_METRICS } from './limit-metrics.js';
import type { MetricSource } from './metric.js';
import { METRICS } from './metrics.js';

const ALL = [...METRICS, ...LIMIT_METRICS];

/** Registers every metric with a meter, which asks for the numbers when it collects. Returns what ends that. */
export function registerOtelMetrics(meter: Meter, source: () => MetricSource): () => void {
  const instruments = new Map<string, Observable>(
    ALL.map(({ name, kind, unit, description }) => [
      name,
      kind === 'counter'
        ? meter.createObservableCounter(`breakwater.${name}`, { unit, description })
        : meter.createObservableGauge(`breakwater.${name}`, { unit, description }),
    ]),
  );
  const observables = [...instruments.values()];
  const collect = (result: {
    observe(metric: Observable, value: number, attributes: Record<string, string>): void;
  }) => {
    // One snapshot for all of them.
    const read = source();
    for (const { name, read: samplesOf } of ALL) {
      for (const { value, labels } of samplesOf(read)) {
        result.observe(instruments.get(name)!, value, attributesOf(labels));
      }
    }
  };
  meter.addBatchObservableCallback(collect, observables);
  return () => meter.removeBatchObservableCallback(collect, observables);
}

function attributesOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [`breakwater.${label}`, value]));
}
