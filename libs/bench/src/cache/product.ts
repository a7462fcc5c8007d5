/** An answer of the size of many. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
  readonly tags: readonly string[];
}

export function product(id: string): Product {
  return { id, name: `Product ${id}`, cents: 1999, tags: ['new', 'shoes'] };
}
