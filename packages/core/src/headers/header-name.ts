/** Whether a text can be the name of a header: a token of RFC 9110 §5.6.2. */
export function isHeaderName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(value);
}
