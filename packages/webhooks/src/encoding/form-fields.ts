import { formEntries } from './parse-form.js';

/** The text fields of a form, in order. */
export class FormFields {
  private readonly entries: readonly (readonly [string, string])[];
  private readonly hasFiles: boolean;

  constructor(
    entries: readonly (readonly [string, unknown])[],
    private readonly isForm = true,
  ) {
    this.entries = entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string');
    this.hasFiles = this.entries.length < entries.length;
  }

  /** The fields of a body; none where it is no form. */
  static of(body: Uint8Array, contentType: string | undefined): FormFields {
    const entries = formEntries(body, contentType);
    return new FormFields(entries ?? [], entries !== undefined || body.length === 0);
  }

  /** The fields say nothing of files, nor of a body that is no form. */
  get sayAll(): boolean {
    return this.isForm && !this.hasFiles;
  }

  /** The value of a field, or `undefined` where it is absent or occurs twice. */
  get(name: string): string | undefined {
    let found: string | undefined;
    for (const [known, value] of this.entries) {
      if (known !== name) continue;
      if (found !== undefined) return undefined;
      found = value;
    }
    return found;
  }

  /** Names in order, each followed by its values in order; a value that comes twice counts once. */
  sorted(): string {
    const values = new Map<string, Set<string>>();
    for (const [name, value] of this.entries) {
      const known = values.get(name);
      if (known === undefined) values.set(name, new Set([value]));
      else known.add(value);
    }
    let text = '';
    for (const name of [...values.keys()].sort()) {
      for (const value of [...(values.get(name) ?? [])].sort()) text += name + value;
    }
    return text;
  }
}
