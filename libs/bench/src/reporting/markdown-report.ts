import { markdownTable } from './markdown-table.js';
import { leftOutLines, type Report } from './report.js';
import { tablesOf } from './tables.js';

/** A report for a document: under which conditions, then a table for each group. */
export function markdownReport(report: Report): string {
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const conditions = [
    `- measured: ${report.date.slice(0, 10)}, median of ${report.rounds} rounds`,
    `- machine: ${report.machine}`,
    `- Node: ${report.node}`,
    `- others: ${versions.join(', ')}`,
    ...leftOutLines(report.leftOut).map((line) => `- left out: ${line}`),
  ];
  return [`${conditions.join('\n')}\n`, ...tablesOf(report.results).map(markdownTable)].join('\n');
}
