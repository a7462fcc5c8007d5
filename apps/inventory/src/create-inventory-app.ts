import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type MockService, startMockService } from '@breakwater/faults';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { AppModule } from './app.module.js';
import type { InventoryOptions } from './inventory-options.js';

/** A mock inventory that listens, over HTTP for its controls and over gRPC. */
export interface InventoryService extends MockService {
  /** `127.0.0.1:PORT` */
  readonly grpcUrl: string;
}

const protoPath = fileURLToPath(new URL('../inventory.proto', import.meta.url));

/** Starts the mock inventory in this process. */
export async function createInventoryApp(options: InventoryOptions = {}): Promise<InventoryService> {
  const grpcUrl = `127.0.0.1:${await freePort()}`;
  const service = await startMockService(AppModule.forRoot(grpcUrl, options), options.port);
  service.app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: { package: 'shop', protoPath, url: grpcUrl },
  });
  await service.app.startAllMicroservices();
  return { ...service, grpcUrl };
}

/** Nest does not tell which port gRPC has taken where it is to take any. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
