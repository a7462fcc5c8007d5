import { Injectable } from '@nestjs/common';

export interface Product {
  readonly sku: string;
  readonly name: string;
  /** Minor units. */
  readonly price: number;
  /** ISO 4217. */
  readonly currency: string;
}

const FIRST_PRICE = 1_000;

/** The price of everything. Every sku of the form `sku-7` exists. */
@Injectable()
export class Prices {
  /** How much was added to all prices. */
  private raisedBy = 0;

  find(sku: string): Product | undefined {
    const number = /^sku-(\d{1,6})$/.exec(sku)?.[1];
    if (number === undefined) return undefined;
    return { sku, name: `Product ${number}`, price: FIRST_PRICE + Number(number) + this.raisedBy, currency: 'EUR' };
  }

  raise(by: number): void {
    this.raisedBy += by;
  }
}
