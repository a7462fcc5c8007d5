const ENCODED = 'breakwater:encoded';
/** Escapes of text that `jsonb` does not take: U+0000, and halves of surrogate pairs; and what looks like our mark. */
const UNKEPT = new RegExp(`\\\\u0000|\\\\ud[89a-f]|${ENCODED}`, 'i');
/** BullMQ's own words for no progress and for no result. */
const NOTHING: ReadonlySet<string> = new Set(['0', 'null']);

/** JSON as every backend of BullMQ keeps it: as it is, or as base64 where Postgres would refuse it. */
export function keptOf(json: string): unknown {
  return UNKEPT.test(json) ? encoded(json) : (JSON.parse(json) as unknown);
}

/** The same for progress and results. */
export function keptWordOf(json: string): unknown {
  return NOTHING.has(json) ? encoded(json) : keptOf(json);
}

function encoded(json: string): object {
  return { [ENCODED]: Buffer.from(json).toString('base64') };
}

/** The value that was kept. */
export function valueOf(kept: unknown): unknown {
  const encoded = (Object(kept) as Record<string, unknown>)[ENCODED];
  return typeof encoded === 'string' ? (JSON.parse(Buffer.from(encoded, 'base64').toString()) as unknown) : kept;
}
