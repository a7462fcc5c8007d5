/** An answer as a copy of the delivery gets it again. */
export interface StoredAnswer {
  readonly status: number;
  /** The content type and the content encoding of the body. */
  readonly type?: string;
  readonly encoding?: string;
  /** Absent where there was none, or where it was too long to keep. */
  readonly body?: Buffer;
}

/** Opens the record of a delivery that has been handled; the answer follows, once it is known. */
export const DONE = 'done';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The record of a handled delivery with its answer. */
export function doneWith({ status, type, encoding, body }: StoredAnswer): string {
  const text = body && utf8Of(body);
  return `${DONE} ${JSON.stringify({ status, type, encoding, ...(text === undefined ? { base64: body?.toString('base64') } : { text }) })}`;
}

/** The answer that a record tells; `undefined` for the record of a delivery that is still claimed. */
export function answerIn(record: string): StoredAnswer | undefined {
  if (record === DONE) return { status: 200 };
  if (!record.startsWith(`${DONE} `)) return undefined;
  const { text, base64, ...answer } = JSON.parse(record.slice(DONE.length)) as StoredAnswer & Encoded;
  if (text !== undefined) return { ...answer, body: Buffer.from(text) };
  return base64 === undefined ? answer : { ...answer, body: Buffer.from(base64, 'base64') };
}

interface Encoded {
  readonly text?: string;
  readonly base64?: string;
}

function utf8Of(body: Buffer): string | undefined {
  try {
    return UTF8.decode(body);
  } catch {
    return undefined;
  }
}
