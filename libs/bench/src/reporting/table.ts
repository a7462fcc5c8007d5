/** Rows of text under a title. The first column reads from the left, the others are numbers. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How wide each column is. */
export function widthsOf({ columns, rows }: Table): readonly number[] {
  return columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)));
}

/** A cell as wide as its column: the first column from the left, the others from the right. */
export function padCell(text: string, column: number, width: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
