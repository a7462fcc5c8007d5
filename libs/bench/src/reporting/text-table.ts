import { padCell, widthsOf, type Table } from './table.js';

/** A table for the terminal. */
export function textTable(table: Table): string {
  const widths = widthsOf(table);
  const lines = [table.columns, ...table.rows].map((row) =>
    row
      .map((cell, i) => padCell(cell, i, widths[i]!))
      .join('   ')
      .trimEnd(),
  );
  return `${table.title}\n\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
