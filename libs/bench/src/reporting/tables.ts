import type { Group, Limit } from '../bench-case.js';
import type { Cost } from '../measuring/cost.js';
import type { Result } from '../running/result.js';
import type { Table } from './table.js';

const TITLES: Readonly<Record<Group, string>> = {
  call: 'One call that succeeds, one after another',
  concurrent: '200 calls started together, for each call',
  refusal: 'One call refused by an open circuit, under 15 frames',
  idle: 'One idle instance',
};
const CALL_COLUMNS = ['case', 'ns', '× bare', 'bytes', 'ours, at most'];
const IDLE_COLUMNS = ['case', 'bytes', 'timers', 'bytes after it was dropped', 'ours, at most'];

/** A table for each group that was measured. */
export function tablesOf(results: readonly Result[]): readonly Table[] {
  const groups = new Set(results.map(({ group }) => group));
  return [...groups].map((group) => ({
    title: TITLES[group],
    columns: group === 'idle' ? IDLE_COLUMNS : CALL_COLUMNS,
    rows: results.filter((each) => each.group === group).map(group === 'idle' ? idleRow : callRow),
  }));
}

function callRow(result: Result): readonly string[] {
  const { name, cost, timesBare } = result;
  return [name, whole(cost.ns), timesBare === undefined ? '' : times(timesBare), whole(cost.bytes), atMost(result)];
}

function idleRow(result: Result): readonly string[] {
  const { name, cost } = result;
  return [name, whole(cost.bytes), whole(cost.timers), whole(cost.retainedBytes), atMost(result)];
}

/** The limit, and whether it is exceeded. */
function atMost({ limit, cost, timesBare }: Result): string {
  if (limit === undefined) return '';
  const text = [
    limit.timesBare !== undefined && `${limit.timesBare} ×`,
    limit.ns !== undefined && `${whole(limit.ns)} ns`,
    limit.bytes !== undefined && `${whole(limit.bytes)} B`,
    limit.timers !== undefined && `${limit.timers} timers`,
  ].filter((part) => part !== false);
  return `${text.join(', ')}${exceeds(cost, timesBare, limit) ? ' – over' : ''}`;
}

function exceeds(cost: Cost, timesBare: number | undefined, limit: Limit): boolean {
  const measured = { ...cost, timesBare };
  return (['timesBare', 'ns', 'bytes', 'timers'] as const).some(
    (name) => (measured[name] ?? -Infinity) > (limit[name] ?? Infinity),
  );
}

function whole(value: number | undefined): string {
  return value === undefined ? 'n/a' : Math.round(value).toLocaleString('en');
}

function times(value: number): string {
  return value < 100 ? value.toFixed(1) : whole(value);
}
