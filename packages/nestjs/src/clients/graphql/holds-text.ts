const DEPTH = 5;

/** Whether a text stands anywhere among variables, as a whole. */
export function holdsText(value: unknown, text: string, depth = 0): boolean {
  if (typeof value === 'string') return value === text;
  if (typeof value !== 'object' || value === null || depth >= DEPTH) return false;
  return Object.values(value).some((part) => holdsText(part, text, depth + 1));
}
