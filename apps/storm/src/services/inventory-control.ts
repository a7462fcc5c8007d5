import { ServiceControl } from './service-control.js';

/** The records of an account, as the inventory keeps them. */
export interface Books {
  readonly calls: number;
  readonly refused: number;
  /** Calls that came again before the time that they had been told. */
  readonly early: number;
  /** The pieces that were reserved, by sku. */
  readonly reserved: Readonly<Record<string, number>>;
}

/** The inventory as a storm controls it, over HTTP; the checkouts call it over gRPC. */
export class InventoryControl extends ServiceControl {
  books(account: string): Promise<Books> {
    return this.client.call('GET', this.records(account));
  }

  /** Where it serves gRPC. */
  async grpcUrl(): Promise<string> {
    return (await this.client.call<{ url: string }>('GET', '/books/grpc')).url;
  }

  async limit(account: string, limit: number, perMs: number): Promise<void> {
    await this.client.call('PUT', '/books/limit', { account, limit, perMs });
  }

  protected records(account: string): string {
    return `/books?account=${encodeURIComponent(account)}`;
  }
}
