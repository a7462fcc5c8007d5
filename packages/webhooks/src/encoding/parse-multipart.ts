const MOST_PARTS = 1000;
const LONGEST_PART_HEADER = 8192;
const DISPOSITION = /^content-disposition[ \t]*:[ \t]*form-data(?=[ \t]*;)/im;
const NAME = /;[ \t]*name="((?:[^"\\\r\n]|\\.)*)"/i;
const FILE_NAME = /;[ \t]*filename\*?=/i;
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text fields of a multipart body (RFC 7578) in order, or `undefined` where it is malformed. Files are left out.
 */
export function parseMultipart(body: Uint8Array, contentType: string): (readonly [string, string])[] | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const opening = delimiter.subarray(2);
  let at = bytes.subarray(0, opening.length).equals(opening)
    ? opening.length
    : after(bytes.indexOf(delimiter), delimiter);
  const fields: (readonly [string, string])[] = [];
  for (let count = 0; at >= 0 && count <= MOST_PARTS; count++) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return fields;
    const start = lineEnd(bytes, at);
    const end = start < 0 ? -1 : bytes.indexOf(delimiter, start - 2);
    if (end < 0 || !addField(fields, bytes.subarray(start, Math.max(start, end)))) return undefined;
    at = end + delimiter.length;
  }
  return undefined;
}

const DASH = 45;

function boundaryOf(contentType: string): string | undefined {
  const found = /;[ \t]*boundary=(?:"([^"\r\n]{1,70})"|([^\s;",]{1,70}))[ \t]*(?:;|$)/i.exec(contentType);
  return found?.[1] ?? found?.[2];
}

function after(found: number, delimiter: Buffer): number {
  return found < 0 ? -1 : found + delimiter.length;
}

/** Behind a boundary only blanks may stand before the line ends (RFC 2046 §5.1.1). */
function lineEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  return bytes[at] === 13 && bytes[at + 1] === 10 ? at + 2 : -1;
}

function addField(fields: (readonly [string, string])[], part: Buffer): boolean {
  const gap = part.indexOf('\r\n\r\n');
  if (gap < 0 || gap > LONGEST_PART_HEADER) return false;
  try {
    const header = DECODER.decode(part.subarray(0, gap)).replaceAll(/\r\n[ \t]+/g, ' ');
    const disposition = header.split('\r\n').filter((line) => DISPOSITION.test(line));
    const name = NAME.exec(disposition[0] ?? '')?.[1];
    if (disposition.length !== 1 || name === undefined) return false;
    if (!FILE_NAME.test(disposition[0] ?? '')) {
      const plain = name.replaceAll(/\\(.)/g, '$1').replaceAll('%22', '"');
      fields.push([plain, DECODER.decode(part.subarray(gap + 4))]);
    }
    return true;
  } catch {
    return false;
  }
}
