import { styleText } from 'node:util';
import CliTable, { type Cell, type HorizontalTableRow } from 'cli-table3';
import type { PromiseCheck, StormReport } from '../storm.js';
import { labelOf } from './label.js';
import { measure } from './measure.js';

/**
 * In 100 columns: unprotected beside protected for each storm, then what was promised, whether it held, and the
 * evidence.
 */
export function renderTable(reports: readonly StormReport[]): string {
  const table = new CliTable({ colWidths: [55, 16, 25], style: { head: [], border: [] }, wordWrap: true });
  for (const report of reports) {
    table.push(heading(report));
    if (report.notRun !== undefined) table.push([{ content: `not run: ${report.notRun}`, colSpan: 3 }]);
    table.push(...figureRows(report), ...promiseRows(report.promises));
  }
  return table.toString();
}

const heading = ({ name, title }: StormReport): HorizontalTableRow => [`${name}: ${title}`, 'unprotected', 'protected'];

function figureRows(report: StormReport): HorizontalTableRow[] {
  const rows = Object.entries(report.protected).map(([name, value]) => [
    labelOf(name),
    figure(report.unprotected[name]),
    figure(value),
  ]);
  return asBlock(rows);
}

const figure = (value = NaN): string => (Number.isNaN(value) ? '-' : measure(value));

function promiseRows(promises: readonly PromiseCheck[]): HorizontalTableRow[] {
  return asBlock(promises.map(({ text, held, measured }) => [`promise: ${text}`, verdict(held), measured]));
}

/** In colour only on a terminal that wants it: `styleText` looks. */
const verdict = (held: boolean): string => (held ? styleText('green', 'held') : styleText('red', 'BROKEN'));

/** Rows without lines between them. */
function asBlock(rows: readonly string[][]): HorizontalTableRow[] {
  return rows.map((row, index) =>
    index === 0 ? row : row.map((content): Cell => ({ content, chars: NO_LINE_ABOVE })),
  );
}

const NO_LINE_ABOVE = { mid: '', 'mid-mid': '', 'left-mid': '', 'right-mid': '' };
