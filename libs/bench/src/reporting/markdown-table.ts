import { padCell, widthsOf, type Table } from './table.js';

/** A table for a document, laid out as Prettier would. */
export function markdownTable(table: Table): string {
  const widths = widthsOf(table).map((width) => Math.max(width, 3));
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const lines = [
    table.columns.map((cell, i) => padCell(cell, i, widths[i]!)),
    rule,
    ...table.rows.map((row) => row.map((cell, i) => padCell(cell, i, widths[i]!))),
  ];
  return `### ${table.title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}`;
}
