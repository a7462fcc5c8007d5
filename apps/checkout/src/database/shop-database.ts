import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import Database from 'libsql';
import { checkoutConfig } from '../config/checkout.config.js';
import { schema } from './schema.js';

/** The shop's SQLite database. Synchronous: a statement takes microseconds, and none interleaves with another. */
@Injectable()
export class ShopDatabase implements OnApplicationShutdown {
  /** For the queue, whose jobs are added in the shop's transactions. */
  readonly connection: Database.Database;

  constructor(@Inject(checkoutConfig.KEY) { databaseFile }: ConfigType<typeof checkoutConfig>) {
    this.connection = new Database(databaseFile);
    this.connection.pragma('journal_mode = WAL');
    // With a write-ahead log this survives the end of the process; only a power cut can take the last orders back.
    this.connection.pragma('synchronous = NORMAL');
    this.connection.exec(schema);
  }

  prepare<Parameters extends unknown[] = []>(sql: string): Database.Statement<Parameters> {
    return this.connection.prepare<Parameters>(sql) as Database.Statement<Parameters>;
  }

  /** Runs `work` as a whole or not at all. */
  transaction<T>(work: () => T): T {
    return this.connection.transaction(work).immediate();
  }

  onApplicationShutdown(): void {
    this.connection.close();
  }
}
