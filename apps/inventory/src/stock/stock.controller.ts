import { newId } from '@breakwater/faults';
import { Metadata, status } from '@grpc/grpc-js';
import { Controller, UseInterceptors } from '@nestjs/common';
import { GrpcMethod, RpcException } from '@nestjs/microservices';
import { Books } from '../books/books.service.js';
import { FaultsInterceptor } from '../faults/faults.interceptor.js';

interface Item {
  readonly sku: string;
}

@Controller()
@UseInterceptors(FaultsInterceptor)
export class StockController {
  constructor(private readonly books: Books) {}

  @GrpcMethod('Inventory', 'GetStock')
  getStock({ sku }: Item, metadata: Metadata): { sku: string; left: number } {
    const account = accountIn(metadata);
    this.admit(account, undefined);
    return { sku, left: 1_000_000 - this.books.of(account).reservations.size };
  }

  @GrpcMethod('Inventory', 'Reserve')
  reserve({ sku }: Item, metadata: Metadata): { id: string; sku: string } {
    const account = accountIn(metadata);
    const key = textIn(metadata, 'idempotency-key');
    this.admit(account, key);
    return this.books.reserve(account, { sku, key: key ?? newId('unkeyed') });
  }

  /** Refuses a call that is one too many, and says to the millisecond when there is room again. */
  private admit(account: string, key: string | undefined): void {
    const pushbackMs = this.books.admit(account, key);
    if (pushbackMs === undefined) return;
    const metadata = new Metadata();
    metadata.set('grpc-retry-pushback-ms', String(pushbackMs));
    throw new RpcException({ code: status.RESOURCE_EXHAUSTED, details: 'too many calls', metadata });
  }
}

/** The API key begins with the account's name, up to the first dot. */
function accountIn(metadata: Metadata): string {
  const account = /^Bearer +([^\s.]+)\S*$/i.exec(textIn(metadata, 'authorization') ?? '')?.[1];
  if (account !== undefined) return account;
  throw new RpcException({ code: status.UNAUTHENTICATED, details: 'authorization: Bearer <api key> is required' });
}

function textIn(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return value === undefined ? undefined : String(value);
}
