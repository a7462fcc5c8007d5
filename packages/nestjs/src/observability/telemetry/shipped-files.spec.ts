import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LIMIT_METRICS } from './limit-metrics.js';
import { METRICS } from './metrics.js';
import { PROMETHEUS_NAMES, prometheusName } from './prometheus-metrics.js';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'telemetry');

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { alert: string; expr: string; labels: object; annotations: { summary: string } }[];
  }[];
}

const dashboard = JSON.parse(readFileSync(join(FOLDER, 'grafana-dashboard.json'), 'utf8')) as Dashboard;
const rules = (parse(readFileSync(join(FOLDER, 'alerts.yaml'), 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const inPanels = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const inVariables = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);

/** The labels that a query selects by or groups by. */
function labelsIn(query: string): readonly string[] {
  const selected = [...query.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
  const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/));
  return [...selected, ...grouped];
}

describe('the files for Grafana and Prometheus', () => {
  it('name metrics only that there are', () => {
    for (const query of [...inPanels, ...inVariables, ...rules.map(({ expr }) => expr)]) {
      const named = query.match(/breakwater_\w+/g) ?? [];
      expect(named.length).toBeGreaterThan(0);
      for (const name of named) expect(PROMETHEUS_NAMES).toContain(name);
    }
  });

  it('select and group by labels only that their metrics have', () => {
    const labels = new Map([...METRICS, ...LIMIT_METRICS].map((metric) => [prometheusName(metric), metric.labels]));
    for (const query of [...inPanels, ...rules.map(({ expr }) => expr)]) {
      const known = query
        .match(/breakwater_\w+/g)!
        .flatMap((name) => labels.get(name) ?? ['provider', 'operation', 'outcome', 'le']);
      for (const label of labelsIn(query)) expect(known).toContain(label);
    }
  });

  it('show every metric somewhere, but those of detail', () => {
    const named = new Set(
      [...inPanels, ...rules.map(({ expr }) => expr)].flatMap((query) => query.match(/breakwater_\w+/g)),
    );
    expect(PROMETHEUS_NAMES.filter((name) => !named.has(name))).toEqual([
      'breakwater_call_active',
      'breakwater_retry_attempts_total',
      'breakwater_hedges_total',
      'breakwater_http_cache_entries',
      'breakwater_cache_entries',
      'breakwater_queue_processed_total',
      'breakwater_call_duration_seconds_sum',
    ]);
  });

  it('say of every alert how bad it is and what it means', () => {
    expect(rules.length).toBeGreaterThan(5);
    for (const { labels, annotations } of rules) {
      expect(labels).toHaveProperty('severity');
      expect(annotations).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
    }
  });

  it('have balanced queries, and a title for every panel', () => {
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
    for (const query of inPanels) {
      for (const [open, close] of ['()', '{}', '[]']) {
        expect(query.split(open!).length).toBe(query.split(close!).length);
      }
    }
  });
});
