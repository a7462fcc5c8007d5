import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface Item {
  readonly sku: string;
}
export interface Stock {
  readonly sku: string;
  readonly left: number;
}
type Done = (error: Error | null, stock?: Stock) => void;

/** A client as `grpc-js` makes it. */
export interface InventoryClient extends Client {
  getStock(item: Item, done: Done): ClientUnaryCall;
  getStock(item: Item, metadata: Metadata, done: Done): ClientUnaryCall;
  reserve(item: Item, done: Done): ClientUnaryCall;
  reserve(item: Item, metadata: Metadata, done: Done): ClientUnaryCall;
  watch(item: Item): ClientReadableStream<Stock>;
  upload(done: Done): ClientWritableStream<Item>;
  sync(): ClientDuplexStream<Item, Stock>;
}

/** One call as the server has seen it. */
export interface SeenCall {
  readonly method: string;
  readonly metadata: Metadata;
  /** Milliseconds until its deadline, `Infinity` without one. */
  readonly leftMs: number;
  /** Whether it ended before it was answered. */
  cancelled: boolean;
}

/**
 * The answer to a call: an error of gRPC, `'hang'`, `'begin and refuse'` for a stream whose credential has run out
 * meanwhile, or `undefined` for one that is good.
 */
export type Reply =
  | { readonly code: number; readonly details?: string; readonly metadata?: Metadata }
  | 'hang'
  | 'begin and refuse'
  | undefined;

export const protoPath = fileURLToPath(new URL('inventory.proto', import.meta.url));
export const definition = loadSync(protoPath);
export const InventoryClientClass = (
  loadPackageDefinition(definition) as unknown as {
    shop: { Inventory: ServiceClientConstructor };
  }
).shop.Inventory;

/** The calls of the server's side, of every kind. */
interface ServerCall {
  readonly metadata: Metadata;
  readonly request?: Item;
  getDeadline(): Date | number;
  on(event: string, listener: (item: Item) => void): void;
  write(stock: Stock): void;
  end(): void;
  emit(event: 'error', error: object): void;
}

/** A real server of gRPC on this machine that answers as it is told. */
export class InventoryServer {
  readonly seen: SeenCall[] = [];
  /** The answers to come, in turn; the last is repeated. */
  replies: Reply[] = [undefined];
  /** The only credential that is taken; any where it is not set. */
  accepted: string | undefined;
  port = 0;
  private readonly server = new Server();

  async listen(port = 0): Promise<this> {
    this.server.addService(InventoryClientClass.service, {
      getStock: this.unary('GetStock'),
      reserve: this.unary('Reserve'),
      watch: this.streaming('Watch'),
      upload: this.unary('Upload'),
      sync: this.streaming('Sync'),
    } as never);
    this.port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return this;
  }

  get url(): string {
    return `127.0.0.1:${this.port}`;
  }

  close(): void {
    this.server.forceShutdown();
  }

  private note(method: string, call: ServerCall): Reply {
    const seen: SeenCall = {
      method,
      metadata: call.metadata,
      leftMs: Number(call.getDeadline()) - Date.now(),
      cancelled: false,
    };
    this.seen.push(seen);
    call.on('cancelled', () => (seen.cancelled = true));
    const [credential] = call.metadata.get('authorization');
    if (this.accepted !== undefined && credential !== this.accepted) return { code: status.UNAUTHENTICATED };
    return this.replies.length > 1 ? this.replies.shift() : this.replies[0];
  }

  private unary(method: string) {
    return (call: ServerCall, done: (error: object | null, stock?: Stock) => void) => {
      const reply = this.note(method, call);
      const answer = (sku: string) => {
        if (typeof reply === 'string') return;
        if (reply === undefined) done(null, { sku, left: 3 });
        else done(errorOf(reply));
      };
      if (call.request !== undefined) return answer(call.request.sku);
      const skus: string[] = [];
      call.on('data', ({ sku }) => skus.push(sku));
      call.on('end', () => answer(skus.join('+')));
    };
  }

  /** Answers each item with one stock, or the one that was asked for with three. */
  private streaming(method: string) {
    return (call: ServerCall) => {
      const reply = this.note(method, call);
      if (reply === 'hang') return call.write({ sku: 'first', left: 1 });
      if (reply === 'begin and refuse') {
        call.write({ sku: 'first', left: 1 });
        return call.emit('error', errorOf({ code: status.UNAUTHENTICATED }));
      }
      if (reply !== undefined) return call.emit('error', errorOf(reply));
      if (call.request === undefined) {
        call.on('data', ({ sku }) => call.write({ sku, left: 1 }));
        return call.on('end', () => call.end());
      }
      for (const left of [3, 2, 1]) call.write({ sku: call.request.sku, left });
      call.end();
    };
  }
}

function errorOf({
  code,
  details = status[code] ?? 'odd',
  metadata = new Metadata(),
}: Exclude<Reply, string | undefined>) {
  return { code, details, metadata };
}
