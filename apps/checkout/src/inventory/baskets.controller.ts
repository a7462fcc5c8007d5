import { isResilienceError } from '@breakwater/nestjs';
import { BadGatewayException, Controller, Logger, Param, Put } from '@nestjs/common';
import { InventoryClient, type Reservation } from './inventory.client.js';

@Controller('baskets')
export class BasketsController {
  private readonly logger = new Logger(BasketsController.name);

  constructor(private readonly inventory: InventoryClient) {}

  /** Puts one piece into a basket, which reserves it. To put it again changes nothing. */
  @Put(':basket/items/:sku')
  async put(@Param('basket') basket: string, @Param('sku') sku: string): Promise<Reservation> {
    try {
      return await this.inventory.reserve(basket, sku);
    } catch (error) {
      if (isResilienceError(error)) throw error;
      this.logger.warn(`the inventory failed: ${error}`);
      throw new BadGatewayException('The inventory does not answer.');
    }
  }
}
