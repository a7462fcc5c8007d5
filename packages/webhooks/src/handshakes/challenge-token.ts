/**
 * Whether a text may be signed, or echoed, on request.
 *
 * An endpoint that signs every text it is sent signs forged deliveries as well: no delivery consists of such a token.
 */
export function isChallengeToken(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(text) && !text.startsWith('v0:');
}
