/** How a file is written: what is added to it, or beside it, is written alike. */
export class SourceStyle {
  private readonly newline: string;
  private readonly unit: string;
  private readonly quote: string;
  private readonly semicolon: string;

  constructor(text: string) {
    this.newline = text.includes('\r\n') ? '\r\n' : '\n';
    // The blank of ` * ` in a block comment is no indentation.
    const indents = [...text.matchAll(/^(\t|[ ]{2,})(?![ \t*])/gm)].map(([, indent]) => indent!);
    this.unit = indents.toSorted((a, b) => a.length - b.length)[0] ?? '  ';
    const imported = /^import [^'"]*(['"]).*?\1[ \t]*(;?)/m.exec(text);
    this.quote = imported?.[1] ?? "'";
    this.semicolon = imported?.[2] ?? ';';
  }

  /** Indents by the file's unit what is written with two blanks for each level. */
  indented(text: string): string {
    return text.replaceAll(/^(?: {2})+(?!\s)/gm, (blanks) => this.unit.repeat(blanks.length / 2));
  }

  /** Text with semicolons, single quotes and an indentation of two blanks, as the file has these. */
  of(text: string): string {
    const quoted =
      this.quote === "'" ? text : text.replaceAll(/'((?:[^'\\\n]|\\.)*)'/g, (_, inner: string) => doubleQuoted(inner));
    const ended = this.semicolon === ';' ? quoted : quoted.replaceAll(/;$/gm, '');
    return this.indented(ended);
  }

  /** Text with line feeds, with the file's line ends. */
  withNewlines(text: string): string {
    return text.replaceAll('\n', this.newline);
  }
}

function doubleQuoted(inner: string): string {
  return `"${inner.replaceAll(String.raw`\'`, "'").replaceAll('"', String.raw`\"`)}"`;
}
