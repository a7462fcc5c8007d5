/**
 * Whether a text may be signed, or echoed, for somebody who asks for it.
 *
 * Whoever signs any text that is asked for signs forged deliveries as well: no delivery consists of such a token.
 */
export function isChallengeToken(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(text) && !text.startsWith('v0:');
}
