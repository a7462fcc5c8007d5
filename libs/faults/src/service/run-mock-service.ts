import { type ServiceEnvironment, serviceEnvironment } from './service-environment.js';
import type { MockService } from './start-mock-service.js';

/** Runs a mock service as a process: it says where it listens on one line, and ends on SIGTERM or SIGINT. */
export async function runMockService(
  name: string,
  start: (environment: ServiceEnvironment) => Promise<MockService>,
): Promise<void> {
  const service = await start(serviceEnvironment(process.env));
  service.app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  process.stdout.write(`${name} listening on ${service.url}\n`);
}
