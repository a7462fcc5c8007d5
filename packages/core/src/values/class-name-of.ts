/** The name of an object in messages: that of its class, where it has one. */
export function classNameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'a nameless class';
}
