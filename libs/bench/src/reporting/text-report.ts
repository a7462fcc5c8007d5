import { leftOutLines, type Report } from './report.js';
import { tablesOf } from './tables.js';
import { textTable } from './text-table.js';

/** A report for the terminal. */
export function textReport(report: Report): string {
  const tables = tablesOf(report.results).map(textTable);
  const leftOut = leftOutLines(report.leftOut).map((line) => `left out: ${line}\n`);
  const conditions = `Node ${report.node} on ${report.machine}; median of ${report.rounds} rounds\n`;
  return [...tables, leftOut.join(''), conditions].filter((part) => part !== '').join('\n');
}
