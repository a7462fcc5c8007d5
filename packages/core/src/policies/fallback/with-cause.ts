/** The error, with the first failure as its cause where it has none and lets itself be changed. */
export function withCause(error: unknown, cause: unknown): unknown {
  try {
    if (error instanceof Error && error !== cause && error.cause === undefined && Object.isExtensible(error)) {
      Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
    }
  } catch {
    // An error that does not let itself be looked at surfaces as it is.
  }
  return error;
}
