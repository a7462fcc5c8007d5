/** Numbers that say how things stand at one place: they are not added up. */
const NOT_SUMMED = new Set([
  'openForMs',
  'consecutiveOpens',
  'consecutiveFailures',
  'waitMs',
  'delayMs',
  'k',
  'windowMs',
  'rejectionProbability',
]);

export function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

/** The first, with the counts of all. `except` are further fields that stay those of the first. */
export function summed<T extends object>([first, ...others]: readonly [T, ...T[]], ...except: (keyof T)[]): T {
  const total = { ...first } as Record<string, unknown>;
  for (const [field, value] of Object.entries(total)) {
    if (typeof value !== 'number' || NOT_SUMMED.has(field) || except.includes(field as keyof T)) continue;
    total[field] = value + sum(others, (each) => Number((each as Record<string, unknown>)[field] ?? 0));
  }
  return total as T;
}
