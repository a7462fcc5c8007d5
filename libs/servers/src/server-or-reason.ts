import { ServerUnavailableError } from './server-unavailable.error.js';

/**
 * The server, or on a developer's machine that has none the reason why its specs are skipped. In CI (`CI` is set) a
 * missing server is an error: there a spec that is not run would go unnoticed.
 */
export async function serverOrReason<Server>(start: () => Promise<Server>): Promise<Server | ServerUnavailableError> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof ServerUnavailableError) || process.env.CI !== undefined) throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return error;
  }
}
