/** The name of a figure as a reader sees it: `hangP99Ms` is "hang p99, ms". */
export function labelOf(figure: string): string {
  const words = figure.split(/(?=[A-Z])|(?<=[a-z])(?=\d)/).map((word) => word.toLowerCase());
  const unit = UNITS.get(words.at(-1) ?? '');
  return unit === undefined ? words.join(' ') : `${words.slice(0, -1).join(' ')}, ${unit}`;
}

const UNITS = new Map([
  ['ms', 'ms'],
  ['percent', '%'],
]);
