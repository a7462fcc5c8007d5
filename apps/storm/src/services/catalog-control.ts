import { ServiceControl } from './service-control.js';

/** The calls of an account, as the catalog counted them. */
export interface Shelf {
  readonly calls: { readonly total: number; readonly accepted: number };
}

/** The catalog as a storm controls it, and its own record of who asked. */
export class CatalogControl extends ServiceControl {
  shelf(account: string): Promise<Shelf> {
    return this.client.call('GET', this.records(account));
  }

  /** Raises all prices. */
  async raise(by: number): Promise<void> {
    await this.client.call('POST', '/shelf/prices', { by });
  }

  protected records(account: string): string {
    return `/shelf?account=${encodeURIComponent(account)}`;
  }
}
