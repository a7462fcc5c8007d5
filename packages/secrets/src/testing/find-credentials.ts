/** A credential that was found in a text, in which form, and what stands around it. */
export interface FoundCredential {
  /** The place of the credential in the list that was given: never the credential itself. */
  readonly index: number;
  /** `plain`, `base64`, `base64url`, `hex`, `url` or `json`; before it `beginning of` where only that was found. */
  readonly form: string;
  /** How many characters stand before it. */
  readonly at: number;
  /** Up to forty characters before it, on one line. */
  readonly before: string;
}

/** Shorter texts are found by chance. */
const SHORTEST = 6;

/**
 * Finds live credentials in a log, an error, JSON or a trace: as they are, and in every form in which HTTP and JSON
 * carry them. Base64 is found at all three alignments, such as after `user:`. With `beginning`, also where only so many
 * of their first characters stand, as in a text that was shortened. Throws a `TypeError` for fewer than six characters,
 * which would be found by chance.
 */
export function findCredentials(
  text: string,
  credentials: readonly string[],
  { beginning = Infinity }: { readonly beginning?: number } = {},
): readonly FoundCredential[] {
  if (beginning < SHORTEST) throw new TypeError('beginning: expected at least six characters');
  return credentials.flatMap((credential, index) => {
    if (credential.length < SHORTEST) throw new TypeError(`credentials.${index}: expected at least six characters`);
    const found = foundIn(text, formsOf(credential), index);
    if (found.length > 0 || credential.length <= beginning) return found;
    const forms = formsOf(credential.slice(0, beginning));
    return foundIn(text, forms, index).map((each) => ({ ...each, form: `beginning of ${each.form}` }));
  });
}

function foundIn(text: string, forms: readonly Form[], index: number): readonly FoundCredential[] {
  return forms.flatMap(({ form, text: searched }) => {
    const at = text.indexOf(searched);
    if (at === -1) return [];
    const before = text.slice(Math.max(0, at - 40), at).replaceAll(/\s+/g, ' ');
    return [{ index, form, at, before }];
  });
}

interface Form {
  readonly form: string;
  readonly text: string;
}

function formsOf(credential: string): readonly Form[] {
  const bytes = Buffer.from(credential);
  const forms: readonly Form[] = [
    { form: 'plain', text: credential },
    { form: 'json', text: JSON.stringify(credential).slice(1, -1) },
    { form: 'url', text: encodeURIComponent(credential) },
    { form: 'hex', text: bytes.toString('hex') },
    ...alignments(bytes).flatMap((text): Form[] => [
      { form: 'base64', text },
      { form: 'base64url', text: text.replaceAll('+', '-').replaceAll('/', '_') },
    ]),
  ];
  const seen = new Set<string>();
  return forms.filter(({ text }) => text.length >= SHORTEST && !seen.has(text) && seen.add(text));
}

/** The characters of a base64 text that come of these bytes alone, however many bytes stand before and after them. */
function alignments(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
}
