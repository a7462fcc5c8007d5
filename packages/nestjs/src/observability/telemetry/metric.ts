import type { PolicySnapshot, PolicySnapshots, ProviderSnapshot } from '@breakwater/core';
import type { QueueSnapshot } from '@breakwater/core/adapter';
import type { EventCounts } from './event-counts.js';
import type { ProviderMeasures } from './provider-measures.js';

/** Everything that metrics are read from, when they are asked for. */
export interface MetricSource {
  readonly providers: readonly ProviderSnapshot[];
  readonly measures: readonly ProviderMeasures[];
  readonly events: EventCounts;
  readonly queues: readonly QueueSnapshot[];
}

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A metric. Its name and unit follow the semantic conventions of OpenTelemetry; labels are names that the application
 * has given in its code and settings, and words of our own. Never a key.
 */
export interface Metric {
  /** Without the prefix `breakwater.`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  /** In UCUM; `{…}` counts things. */
  readonly unit: string;
  readonly description: string;
  readonly labels: readonly string[];
  read(source: MetricSource): readonly Sample[];
}

type Kind = keyof PolicySnapshots;
type SnapshotOf<K extends Kind> = Extract<PolicySnapshot, { readonly kind: K }>;

/** The labels of a policy's numbers: its provider, and the operation that has it to itself. */
export const OF_POLICY = ['provider', 'operation'] as const;

/** Samples of every live policy of a kind. `read` returns a number for each value of the label `by`, or one. */
export function ofPolicies<K extends Kind>(
  kind: K,
  read: (snapshot: SnapshotOf<K>) => Readonly<Record<string, number | undefined>>,
  by?: string,
): Metric['read'] {
  return ({ providers }) =>
    providers.flatMap(({ name, policies }) =>
      policies
        .filter((policy): policy is SnapshotOf<K> => policy.kind === kind)
        .flatMap((policy) => {
          const labels = { provider: name, ...(policy.operation !== undefined && { operation: policy.operation }) };
          return Object.entries(read(policy)).flatMap(([label, value]): readonly Sample[] =>
            value === undefined || !Number.isFinite(value)
              ? []
              : [{ value, labels: by === undefined ? labels : { ...labels, [by]: label } }],
          );
        }),
    );
}

/** Samples of the events that are counted for a metric. */
export function ofEvents(metric: string): Metric['read'] {
  return ({ events }) =>
    events.of(metric).map(({ count, provider, labels }) => ({ value: count, labels: { provider, ...labels } }));
}
