import { styleText } from 'node:util';
import CliTable from 'cli-table3';
import type { Figures, PromiseCheck, StormReport } from '../storm.js';
import { labelOf } from './label.js';
import { measure } from './measure.js';

export interface TableOptions {
  readonly color: boolean;
}

/** Unprotected beside protected for each storm, and under it what was promised and what held. */
export function renderTable(reports: readonly StormReport[], { color }: TableOptions): string {
  const table = new CliTable({
    colWidths: [60, 18, 18],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [] },
    wordWrap: true,
  });
  for (const report of reports) {
    const names = Object.keys(report.protected);
    table.push(
      [`${report.name}: ${report.title}`, 'unprotected', 'protected'],
      [names.map(labelOf).join('\n'), column(report.unprotected, names), column(report.protected, names)],
      ...report.promises.map((promise) => [`promised: ${promise.text}`, promise.measured, verdict(promise, color)]),
    );
  }
  return table.toString();
}

function column(figures: Figures, names: readonly string[]): string {
  return names.map((name) => measure(figures[name] ?? NaN)).join('\n');
}

function verdict({ held }: PromiseCheck, color: boolean): string {
  const word = held ? 'held' : 'BROKEN';
  return color ? styleText(held ? 'green' : 'red', word) : word;
}
