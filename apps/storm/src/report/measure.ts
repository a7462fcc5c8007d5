/** Numbers as they are read in a sentence; what was not measured says so. */
export function measure(value: number, unit: '' | 'ms' | 's' | '%' = ''): string {
  if (Number.isNaN(value)) return 'nothing measured';
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : 1;
  const number = value.toLocaleString('en', {
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
  return unit === '' ? number : `${number} ${unit}`;
}
