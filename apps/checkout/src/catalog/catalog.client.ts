import { Cached, CircuitBreaker, Resilient, Timeout } from '@breakwater/nestjs';
import { type GraphqlClient, type GraphqlDocument, InjectGraphql } from '@breakwater/nestjs/graphql';
import { Injectable } from '@nestjs/common';

export interface Product {
  readonly sku: string;
  readonly name: string;
  /** Minor units. */
  readonly price: number;
  readonly currency: string;
}

/** A product as the catalog knew it at a time, in epoch milliseconds; `undefined` where there is none. */
export interface Listing {
  readonly product: Product | undefined;
  readonly asOf: number;
}

const PRODUCT = 'query Product($sku: ID!) { product(sku: $sku) { sku name price currency } }' as GraphqlDocument<
  { product: Product | null },
  { sku: string }
>;

@Injectable()
@Resilient('catalog')
export class CatalogClient {
  constructor(@InjectGraphql('catalog') private readonly catalog: GraphqlClient) {}

  /** For as long as the catalog is ill, the price that was last known: its age tells. */
  @Cached()
  @CircuitBreaker()
  @Timeout()
  async find(sku: string): Promise<Listing> {
    const { product } = await this.catalog.request(PRODUCT, { sku });
    return { product: product ?? undefined, asOf: Date.now() };
  }
}
