const DECODER = new TextDecoder('utf-8', { fatal: true });

/** What the bytes of a body say. Some senders declare their JSON as plain text, so it is recognised by itself too. */
export function parseBody(bytes: Buffer, contentType: string | undefined): unknown {
  const text = decoded(bytes);
  if (text === undefined) return bytes;
  const type = mediaType(contentType);
  if (type === 'application/x-www-form-urlencoded') return formOf(text);
  if (!isJson(type) && !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `'application/json'` of `'Application/JSON; charset=utf-8'`. */
function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A field that occurs several times becomes a list. */
function formOf(text: string): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const standing = fields.get(name);
    fields.set(name, standing === undefined ? value : [standing, value].flat());
  }
  return Object.fromEntries(fields);
}
