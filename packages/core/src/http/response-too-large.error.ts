/**
 * The answer has more bytes than `http.maxResponseBytes` lets through. Clients' own code for it, so it counts as a
 * broken contract.
 */
export class ResponseTooLargeError extends Error {
  override readonly name = 'ResponseTooLargeError';
  readonly code = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

  constructor(provider: string, mostBytes: number) {
    super(`The answer of '${provider}' has more than ${mostBytes} bytes (http.maxResponseBytes)`);
  }
}
