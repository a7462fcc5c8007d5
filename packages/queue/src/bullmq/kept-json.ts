/** Escapes of text that `jsonb` does not take: U+0000, and halves of surrogate pairs. */
const UNKEPT = /\\u0000|\\ud[89a-f]/i;
const ENCODED = 'breakwater:encoded';

/** JSON as every backend of BullMQ keeps it: as it is, or as base64 where Postgres would refuse it. */
export function keptOf(json: string): unknown {
  return UNKEPT.test(json) ? { [ENCODED]: Buffer.from(json).toString('base64') } : (JSON.parse(json) as unknown);
}

/** The value that was kept. */
export function valueOf(kept: unknown): unknown {
  const encoded = (Object(kept) as Record<string, unknown>)[ENCODED];
  return typeof encoded === 'string' ? (JSON.parse(Buffer.from(encoded, 'base64').toString()) as unknown) : kept;
}
