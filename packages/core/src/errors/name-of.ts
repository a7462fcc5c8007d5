/** The name of a thrown value's class for events, also where the value does not let itself be looked at. */
export function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.name) : typeof error;
  } catch {
    return 'unreadable';
  }
}
