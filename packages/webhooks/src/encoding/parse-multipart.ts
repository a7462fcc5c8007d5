/** A file of a multipart form, whole. */
export interface FormFile {
  readonly filename: string;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

export type FormEntry = readonly [name: string, value: string | FormFile];

const MOST_PARTS = 1000;
const LONGEST_PART_HEADER = 8192;
const DASH = 45;
const BLANK = 32;
const TAB = 9;
const DISPOSITION = /^content-disposition[ \t]*:[ \t]*form-data(?=[ \t]*;)/i;
const CONTENT_TYPE = /^content-type[ \t]*:[ \t]*(.*)$/i;
const NAME = /;[ \t]*name="((?:[^"\\]|\\.)*)"/i;
const FILE_NAME = /;[ \t]*filename(?:="((?:[^"\\]|\\.)*)"|\*?=([^;]*))/i;
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The fields and files of a multipart body (RFC 7578) in order, or `undefined` where it is malformed. */
export function parseMultipart(body: Uint8Array, contentType: string): readonly FormEntry[] | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const entries: FormEntry[] = [];
  let at = behindFirst(bytes, delimiter);
  for (let count = 0; at >= 0 && count <= MOST_PARTS; count++) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return entries;
    const start = lineEnd(bytes, at);
    // An empty part shares its line break with the delimiter behind it.
    const end = start < 0 ? -1 : bytes.indexOf(delimiter, start - 2);
    const entry = end < 0 ? undefined : entryOf(bytes.subarray(start, Math.max(start, end)));
    if (entry === undefined) return undefined;
    entries.push(entry);
    at = end + delimiter.length;
  }
  return undefined;
}

function boundaryOf(contentType: string): string | undefined {
  const found = /;[ \t]*boundary=(?:"([^"\r\n]{1,70})"|([^\s;",]{1,70}))[ \t]*(?:;|$)/i.exec(contentType);
  return found?.[1] ?? found?.[2];
}

/** Text before the first boundary is for readers without MIME, and left out. */
function behindFirst(bytes: Buffer, delimiter: Buffer): number {
  const opening = delimiter.subarray(2);
  if (bytes.subarray(0, opening.length).equals(opening)) return opening.length;
  const found = bytes.indexOf(delimiter);
  return found < 0 ? -1 : found + delimiter.length;
}

/** Behind a boundary only blanks may stand before the line ends (RFC 2046 §5.1.1). */
function lineEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === BLANK || bytes[at] === TAB) at++;
  return bytes[at] === 13 && bytes[at + 1] === 10 ? at + 2 : -1;
}

function entryOf(part: Buffer): FormEntry | undefined {
  const gap = part.indexOf('\r\n\r\n');
  if (gap < 0 || gap > LONGEST_PART_HEADER) return undefined;
  const content = part.subarray(gap + 4);
  try {
    const lines = DECODER.decode(part.subarray(0, gap))
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .split('\r\n');
    const dispositions = lines.filter((line) => DISPOSITION.test(line));
    const name = NAME.exec(dispositions[0] ?? '')?.[1];
    if (dispositions.length !== 1 || name === undefined) return undefined;
    const file = FILE_NAME.exec(dispositions[0] ?? '');
    if (file === null) return [plain(name), DECODER.decode(content)];
    const contentType = lines.map((line) => CONTENT_TYPE.exec(line)?.[1]).find((type) => type !== undefined);
    return [plain(name), { filename: plain(file[1] ?? file[2] ?? ''), contentType, bytes: Buffer.from(content) }];
  } catch {
    return undefined;
  }
}

/** Browsers write quotes as `%22`, others with a backslash. */
function plain(quoted: string): string {
  return quoted.replaceAll(/\\(.)/g, '$1').replaceAll('%22', '"');
}
