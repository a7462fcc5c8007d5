/**
 * The header in which clients put idempotency keys, where nothing names another. Source:
 * draft-ietf-httpapi-idempotency-key-header, §2.
 */
export const KEY_HEADER = 'Idempotency-Key';
