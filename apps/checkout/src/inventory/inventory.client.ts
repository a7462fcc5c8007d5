import { CircuitBreaker, Idempotent, RateLimited, Resilient, Retry, Timeout } from '@breakwater/nestjs';
import { Inject, Injectable } from '@nestjs/common';
import type { ClientGrpc } from '@nestjs/microservices';
import { firstValueFrom, type Observable } from 'rxjs';

/** The token of Nest's client. */
export const INVENTORY = Symbol('Inventory');

export interface Reservation {
  readonly id: string;
  readonly sku: string;
}

interface InventoryService {
  reserve(item: { readonly sku: string }): Observable<Reservation>;
}

@Injectable()
@Resilient('inventory')
export class InventoryClient {
  private readonly service: InventoryService;

  constructor(@Inject(INVENTORY) grpc: ClientGrpc) {
    this.service = grpc.getService<InventoryService>('Inventory');
  }

  /** The key comes from the basket and the piece: however often this is called, one is reserved. */
  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Timeout()
  @Idempotent({ key: (basket: string, sku: string) => `${basket}/${sku}` })
  async reserve(_basket: string, sku: string): Promise<Reservation> {
    return firstValueFrom(this.service.reserve({ sku }));
  }
}
