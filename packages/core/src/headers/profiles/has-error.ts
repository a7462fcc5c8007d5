/** Whether a GraphQL answer holds an error of a kind. */
export function hasError(body: unknown, fits: (error: Readonly<Record<string, unknown>>) => boolean): boolean {
  const errors: unknown = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : undefined;
  return Array.isArray(errors) && errors.some((error) => typeof error === 'object' && error !== null && fits(error));
}
