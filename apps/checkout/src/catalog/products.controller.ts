import { isResilienceError } from '@breakwater/nestjs';
import { BadGatewayException, Controller, Get, Logger, NotFoundException, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CatalogClient, type Listing, type Product } from './catalog.client.js';

/** A product page. */
export interface ProductPage extends Product {
  /** Whether the price is older than a price should be, because the catalog does not answer. */
  readonly stale: boolean;
}

/** A price is fresh for this long: twice the time for which one is kept. */
const FRESH_MS = 1_000;

@Controller('products')
export class ProductsController {
  private readonly logger = new Logger(ProductsController.name);

  constructor(private readonly catalog: CatalogClient) {}

  /** Says in `Age` how old the price is (RFC 9111 §5.1). */
  @Get(':sku')
  async show(@Param('sku') sku: string, @Res({ passthrough: true }) response: Response): Promise<ProductPage> {
    const { product, asOf } = await this.find(sku);
    if (product === undefined) throw new NotFoundException(`there is no product '${sku}'`);
    const ageMs = Math.max(0, Date.now() - asOf);
    response.set('Age', String(Math.floor(ageMs / 1000)));
    return { ...product, stale: ageMs > FRESH_MS };
  }

  /** Throws the module's refusals as they are, and 502 for the catalog's own errors. */
  private async find(sku: string): Promise<Listing> {
    try {
      return await this.catalog.find(sku);
    } catch (error) {
      if (isResilienceError(error)) throw error;
      this.logger.warn(`the catalog failed: ${error}`);
      throw new BadGatewayException('The catalog does not answer.');
    }
  }
}
