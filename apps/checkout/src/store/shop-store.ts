import type { Store } from '@breakwater/core';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type OpenedStore, openStore } from './open-store.js';

/** Where the shop's keys, webhooks and limits are kept: in its memory, in a file, or on a server that hosts share. */
@Injectable()
export class ShopStore implements OnApplicationShutdown {
  private constructor(private readonly opened: OpenedStore) {}

  static async open(url: string): Promise<ShopStore> {
    return new ShopStore(await openStore(url));
  }

  /** `undefined` for the memory of this process. */
  get store(): Store | undefined {
    return this.opened.store;
  }

  onApplicationShutdown(): Promise<void> {
    return this.opened.close();
  }
}
