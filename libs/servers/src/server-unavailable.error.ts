/** A server that cannot be had on this machine, and what would bring it. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError';

  constructor(
    readonly server: string,
    why: string,
    cause?: unknown,
  ) {
    super(`${server} cannot be started: ${why}`, cause === undefined ? undefined : { cause });
  }
}
