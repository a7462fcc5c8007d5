import { fileURLToPath } from 'node:url';
import { grpcClientOptions } from '@breakwater/nestjs/grpc';
import { Module } from '@nestjs/common';
import { ClientsModule, Transport } from '@nestjs/microservices';
import { BasketsController } from './baskets.controller.js';
import { INVENTORY, InventoryClient } from './inventory.client.js';

const protoPath = fileURLToPath(new URL('../../protos/inventory.proto', import.meta.url));

@Module({
  imports: [
    ClientsModule.registerAsync([
      {
        name: INVENTORY,
        useFactory: () => ({
          transport: Transport.GRPC,
          options: {
            package: 'shop',
            protoPath,
            url: process.env['INVENTORY_URL'] ?? '127.0.0.1:3005',
            channelOptions: grpcClientOptions('inventory'),
          },
        }),
      },
    ]),
  ],
  controllers: [BasketsController],
  providers: [InventoryClient],
})
export class InventoryModule {}
