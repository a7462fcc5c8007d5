import { shape, text, wholeNumber } from '@breakwater/faults';
import { Body, Controller, Delete, Get, Inject, Put, Query } from '@nestjs/common';
import * as v from 'valibot';
import { GRPC_URL } from '../grpc-url.js';
import { Books } from './books.service.js';

const accountQuery = shape({ account: text(200) });
type AccountQuery = v.InferOutput<typeof accountQuery>;
const limitRequest = shape({ account: text(200), limit: wholeNumber(0, 1_000_000), perMs: wholeNumber(1, 3_600_000) });

/** The answer of the `/books` routes. */
export interface BooksReport {
  readonly calls: number;
  readonly refused: number;
  /** Calls that came again before the time that they had been told. */
  readonly early: number;
  readonly replayed: number;
  /** The pieces that were reserved, by sku. */
  readonly reserved: Readonly<Record<string, number>>;
}

@Controller('books')
export class BooksController {
  constructor(
    private readonly books: Books,
    @Inject(GRPC_URL) private readonly grpcUrl: string,
  ) {}

  /** Where it serves gRPC. */
  @Get('grpc')
  grpc(): { url: string } {
    return { url: this.grpcUrl };
  }

  @Get()
  report(@Query({ schema: accountQuery }) { account }: AccountQuery): BooksReport {
    const { calls, refused, early, replayed, reservations } = this.books.of(account);
    const reserved: Record<string, number> = {};
    for (const { sku } of reservations.values()) reserved[sku] = (reserved[sku] ?? 0) + 1;
    return { calls, refused, early, replayed, reserved };
  }

  /** The limit of an account from now on, which begins a new window. */
  @Put('limit')
  limit(@Body({ schema: limitRequest }) { account, ...limit }: v.InferOutput<typeof limitRequest>): BooksReport {
    this.books.limit(account, limit);
    return this.report({ account });
  }

  /** Forgets the account's reservations, counters and limit. */
  @Delete()
  reset(@Query({ schema: accountQuery }) query: AccountQuery): BooksReport {
    this.books.forget(query.account);
    return this.report(query);
  }
}
