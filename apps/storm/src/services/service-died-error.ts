/** A child process that ended, or never came up, while the run needed it. */
export class ServiceDiedError extends Error {
  override readonly name = 'ServiceDiedError';

  constructor(
    readonly service: string,
    how: string,
    /** The last lines it wrote to stderr. */
    readonly stderrTail: string,
  ) {
    super(`${service} ${how}`);
  }
}
